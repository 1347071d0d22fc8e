/** One message: who said it, when, what, and - one's own - how far it got. */
import Check from 'lucide-react/icons/check'
import CheckCheck from 'lucide-react/icons/check-check'
import Clock from 'lucide-react/icons/clock'
import RotateCw from 'lucide-react/icons/rotate-cw'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { memo } from 'react'
import type { Delivery, HeardEntry, SaidEntry } from '../react/conversation'
import type { Label } from '../react/names'
import { deliveryWords, timeWords } from '../react/words'
import { Avatar } from './avatar'
import { Payload } from './payload'
import { PersonName } from './person-name'

interface HeardProps {
  readonly entry: HeardEntry
  /** the author's */
  readonly name: string
  readonly mark: string | undefined
  readonly standing: Label['standing']
  /** whether the message before it is of the same author */
  readonly continues: boolean
}

export const HeardMessage = memo(function HeardMessage({ entry, continues, ...author }: HeardProps) {
  return (
    <article className="message message-heard" data-continues={continues}>
      {!continues && <Avatar id={entry.from} name={author.name} size="small" />}
      <p className={continues ? 'unseen' : 'message-author'}>
        <PersonName {...author} />
      </p>
      <div className="bubble">
        <div className="payload">
          <Payload data={entry.data} />
        </div>
        <p className="message-meta">
          <Time at={entry.at} />
        </p>
      </div>
    </article>
  )
})

interface SaidProps {
  readonly entry: SaidEntry
  readonly author: string
  readonly continues: boolean
  readonly isDirect: boolean
  /** whether it is the last one said; its delivery is shown in words, that of earlier ones as a mark */
  readonly isLatest: boolean
  readonly onRetry: (key: string) => void
}

export const SaidMessage = memo(function SaidMessage(props: SaidProps) {
  const { entry, author, continues, isDirect, isLatest, onRetry } = props
  const words = deliveryWords(entry.delivery, isDirect)
  const hasFailed = entry.delivery.kind === 'failed'
  return (
    <article className="message message-said" data-continues={continues} data-failed={hasFailed}>
      <p className="unseen">
        <bdi>{author}</bdi> (you)
      </p>
      <div className="bubble">
        <div className="payload">
          <Payload data={entry.data} />
        </div>
        <p className="message-meta">
          <Time at={entry.at} />
          {/* Not announced: a room of many would talk over its own messages. */}
          <span className="delivery" aria-live="off" title={words}>
            <DeliveryMark delivery={entry.delivery} isDirect={isDirect} />
            {!hasFailed && <span className={isLatest ? undefined : 'unseen'}>{words}</span>}
          </span>
        </p>
      </div>
      {hasFailed && (
        <p className="message-failure">
          <span>{capitalise(words)}.</span>{' '}
          <button className="link-button" type="button" onClick={() => onRetry(entry.key)}>
            <RotateCw aria-hidden="true" />
            Try again
          </button>
        </p>
      )}
    </article>
  )
})

function DeliveryMark({ delivery, isDirect }: { readonly delivery: Delivery; readonly isDirect: boolean }) {
  switch (delivery.kind) {
    case 'sending':
      return <Clock aria-hidden="true" />
    case 'failed':
      return <TriangleAlert aria-hidden="true" />
    case 'sent':
      return isDirect || (delivery.of > 0 && delivery.delivered >= delivery.of) ? (
        <CheckCheck aria-hidden="true" />
      ) : (
        <Check aria-hidden="true" />
      )
  }
}

function Time({ at }: { readonly at: number }) {
  const words = timeWords(at)
  if (words === undefined) return <span>at an unknown time</span>
  return (
    <time dateTime={words.iso} title={words.long}>
      {words.short}
    </time>
  )
}

function capitalise(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
