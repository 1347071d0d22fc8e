/** Shows the page that the session is at. */
import { RoomProvider } from '../react/context'
import { useNoFileDrops, useSessionState } from '../react/hooks'
import { AskingPage } from './asking-page'
import { FailedPage } from './failed-page'
import { JoiningPage } from './joining-page'
import { RoomPage } from './room-page'
import { StartPage } from './start-page'

export function App() {
  const state = useSessionState()
  useNoFileDrops()
  switch (state.kind) {
    case 'start':
      return <StartPage />
    case 'asking':
      return <AskingPage name={state.name} problem={state.problem} />
    case 'joining':
      return <JoiningPage name={state.name} hashed={state.hashed} />
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
