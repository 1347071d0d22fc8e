/** How much was said that nobody has looked at; nothing when all was read. */
export function UnreadBadge({ count, id }: { readonly count: number; readonly id?: string }) {
  if (count === 0) return null
  return (
    <span className="badge" id={id}>
      {count > 99 ? '99+' : count}
      <span className="unseen"> unread</span>
    </span>
  )
}
