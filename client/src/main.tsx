/**
 * The composition root of the app: picks the real clock, address and room library, and hands them
 * to the session that the pages show.
 */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './components/app'
import { ErrorBoundary } from './components/error-boundary'
import { browserStore, joinRoom } from './mesh'
import { SessionProvider } from './react/context'
import { Session } from './react/session'
import './styles/index.css'

const session = new Session({
  joinRoom,
  address: {
    read: () => location.href,
    push: (hash) => history.pushState(null, '', hash),
    replace: (hash) => history.replaceState(null, '', hash),
    open: (link) => location.assign(link),
  },
  memory: browserStore(),
  clock: {
    now: () => Date.now(),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds)
      return () => clearTimeout(timer)
    },
  },
})

addEventListener('hashchange', () => void session.follow())
addEventListener('pagehide', () => session.suspend())
addEventListener('pageshow', (event) => {
  if (event.persisted) void session.resume()
})
void session.follow()

const container = document.getElementById('app')
if (!container) throw new Error('index.html has no element with the id app')
createRoot(container).render(
  <StrictMode>
    <ErrorBoundary>
      <SessionProvider session={session}>
        <App />
      </SessionProvider>
    </ErrorBoundary>
  </StrictMode>,
)
