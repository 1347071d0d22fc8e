/** How far a message of one's own has come: as a mark, and in words on the latest. */
import Check from 'lucide-react/icons/check'
import CheckCheck from 'lucide-react/icons/check-check'
import Clock from 'lucide-react/icons/clock'
import type { EntryId, PeerId } from '../mesh'
import { type ConversationKey, EVERYONE } from '../react/conversation'
import { useDelivery, useDirectDelivery } from '../react/hooks'
import { type Delivery, deliveryWords, isDelivered } from '../react/words'

interface Props {
  readonly to: ConversationKey
  readonly id: EntryId
  /** milliseconds since 1970 */
  readonly at: number | undefined
  /** whether it says it in words; else the words are for those who listen, and who point at it */
  readonly isLatest: boolean
}

export function DeliveryState({ to, ...props }: Props) {
  return to === EVERYONE ? <DeliveryToAll {...props} /> : <DeliveryToOne {...props} peer={to} />
}

function DeliveryToAll({ id, at, isLatest }: Omit<Props, 'to'>) {
  return <DeliveryMark delivery={useDelivery(id, at)} isLatest={isLatest} />
}

function DeliveryToOne({ peer, id, isLatest }: Omit<Props, 'to' | 'at'> & { readonly peer: PeerId }) {
  return <DeliveryMark delivery={useDirectDelivery(peer, id)} isLatest={isLatest} />
}

export function DeliveryMark({ delivery, isLatest }: { readonly delivery: Delivery; readonly isLatest: boolean }) {
  const words = deliveryWords(delivery)
  if (words === undefined) return null
  const isWaiting = delivery.kind === 'storing' || (delivery.kind === 'direct' && delivery.awaited !== undefined)
  const Mark = isDelivered(delivery) ? CheckCheck : isWaiting ? Clock : Check
  return (
    <span className="delivery" title={words}>
      <Mark aria-hidden="true" />
      <bdi className={isLatest ? undefined : 'unseen'}>{words}</bdi>
    </span>
  )
}
