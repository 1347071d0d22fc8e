/** The last resort when a page of ours breaks: words and ways back instead of an empty window. */
import { Component, type ReactNode } from 'react'

interface Props {
  readonly children: ReactNode
}

interface State {
  readonly error: Error | undefined
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <main className="page">
        <h1>This page broke</h1>
        <p>That is a fault of Starling, not yours. Loading the page again enters the room again.</p>
        <p className="page-detail">{error.message}</p>
        <div className="page-ways">
          <button className="button button-strong" type="button" onClick={() => location.reload()}>
            Load again
          </button>
          <a className="button" href="/">
            Back to start
          </a>
        </div>
      </main>
    )
  }
}
