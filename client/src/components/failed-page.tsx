/** Says why there is no room at this address, and the ways on. */
import { useSession } from '../react/context'
import type { Failure } from '../react/session'
import { errorWords } from '../react/words'
import { PageFrame } from './page-frame'

export function FailedPage({ failure }: { readonly failure: Failure }) {
  const session = useSession()
  const { heading, words, detail } = describe(failure)
  return (
    <PageFrame heading={heading}>
      <p>{words}</p>
      <p className="page-detail">{detail}</p>
      <div className="page-ways">
        {failure.kind !== 'bad-link' && (
          <button className="button button-strong" type="button" onClick={() => void session.retry()}>
            Try again
          </button>
        )}
        <a className={failure.kind === 'bad-link' ? 'button button-strong' : 'button'} href="#/">
          Back to start
        </a>
      </div>
    </PageFrame>
  )
}

function describe(failure: Failure): { heading: string; words: string; detail: string } {
  switch (failure.kind) {
    case 'bad-link':
      return {
        heading: 'This room link does not work',
        words: failure.reason,
        detail: 'Part of it may have been lost on the way. Ask for it again, and paste the whole link.',
      }
    case 'refused':
      return {
        heading: failure.error.reason === 'unsupported' ? 'This browser cannot enter rooms' : 'You could not be let in',
        words:
          failure.error.reason === 'unsupported'
            ? 'Another browser can, or this one without a setting or an extension that turns off what Starling needs.'
            : 'Nothing is lost; you can try again.',
        detail: `The reason: ${errorWords(failure.error)}.`,
      }
    case 'broken':
      return {
        heading: 'Entering the room failed',
        words: 'That is a fault of Starling, not yours.',
        detail: failure.reason,
      }
  }
}
