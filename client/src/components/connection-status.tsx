/** How well this tab is connected, in words. */
import { useRoomState } from '../react/hooks'
import { statusWords } from '../react/words'

export function ConnectionStatus() {
  const status = useRoomState((state) => state.status)
  const members = useRoomState((state) => state.members)
  const unmet = useRoomState((state) => state.unmet)
  const { text, tone } = statusWords(status, members, unmet)
  return (
    <p className="connection" data-tone={tone} role="status" aria-label="Connection">
      {text}
    </p>
  )
}
