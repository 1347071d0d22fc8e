/** One line of a log with what stands above it: the day that begins, or where reading stopped. */
import { memo } from 'react'
import type { ConversationKey, Item } from '../react/conversation'
import { UNFOLDED_AT_ONCE } from '../react/limits'
import { authorLabel, authorText, plainName } from '../react/names'
import type { RoomState } from '../react/room-store'
import type { FoldRow, Row } from '../react/rows'
import { countWords, dayWords } from '../react/words'
import { Message, type MessageHandlers, PendingMessage } from './message'
import { Note } from './note'

interface Props {
  readonly to: ConversationKey
  readonly row: Row
  /** the same for all rows, so that none of the many that come and go while one scrolls listens for them by itself */
  readonly labels: RoomState['labels']
  readonly self: RoomState['self']
  /** by key: the message that is told in words how far it got, the one that Tab leads to, the one somebody jumped to */
  readonly latest: string | undefined
  readonly stop: string | undefined
  readonly sought: string | undefined
  /** how many messages there are; undefined when nobody knows */
  readonly count: number | undefined
  readonly handlers: MessageHandlers
  readonly onUnfold: (row: FoldRow) => void
}

export function LogRow({ row, ...props }: Props) {
  return (
    <>
      {row.newDay !== undefined && <p className="note log-day">{dayWords(row.newDay, Date.now())}</p>}
      {row.isFirstNew && (
        <p className="log-new">
          <span>New</span>
        </p>
      )}
      {row.kind === 'fold' ? (
        <FoldedRun row={row} labels={props.labels} onUnfold={props.onUnfold} />
      ) : (
        <RowItem
          {...props}
          item={row.item}
          continues={row.continues}
          isOfOtherDay={row.isOfOtherDay}
          index={row.index}
          isLatest={row.key === props.latest}
          isStop={row.key === props.stop}
          isSought={row.key === props.sought}
        />
      )}
    </>
  )
}

interface ItemProps extends Pick<Props, 'to' | 'labels' | 'self' | 'count' | 'handlers'> {
  readonly item: Item
  readonly continues: boolean
  readonly isOfOtherDay: boolean
  readonly index: number
  readonly isLatest: boolean
  readonly isStop: boolean
  readonly isSought: boolean
}

const RowItem = memo(function RowItem({ item, labels, self, ...props }: ItemProps) {
  switch (item.kind) {
    case 'note':
    case 'renamed':
      return <Note item={item} />
    case 'pending':
      return (
        <PendingMessage
          item={item}
          to={props.to}
          name={plainName(self.name)}
          continues={props.continues}
          handlers={props.handlers}
        />
      )
    case 'message': {
      const own = { name: plainName(self.name), mark: undefined, standing: undefined }
      return <Message {...props} {...(item.isOwn ? own : authorLabel(labels, item))} item={item} self={self.id} />
    }
  }
})

interface FoldedRunProps extends Pick<Props, 'labels' | 'onUnfold'> {
  readonly row: FoldRow
}

function FoldedRun({ row, labels, onUnfold }: FoldedRunProps) {
  return (
    <p className="note">
      {countWords(row.count, 'message', 'messages')} of <bdi>{authorText(labels, row.first)}</bdi> in a row, folded.{' '}
      <button className="link-button" type="button" onClick={() => onUnfold(row)}>
        Show {Math.min(row.count, UNFOLDED_AT_ONCE).toLocaleString()} more
      </button>
    </p>
  )
}
