/** Shows the page that the session is at. */
import { RoomProvider } from '../react/context'
import { useSessionState } from '../react/hooks'
import { FailedPage } from './failed-page'
import { JoiningPage } from './joining-page'
import { RoomPage } from './room-page'
import { StartPage } from './start-page'

export function App() {
  const state = useSessionState()
  switch (state.kind) {
    case 'start':
      return <StartPage />
    case 'joining':
      return <JoiningPage name={state.name} />
    case 'failed':
      return <FailedPage failure={state.failure} />
    case 'inside':
      return (
        <RoomProvider store={state.store}>
          <RoomPage name={state.name} />
        </RoomProvider>
      )
  }
}
