/**
 * Finds web addresses in what somebody wrote. The parts put together are the text, character for
 * character, and an address is one only if it shows exactly whom it opens.
 */
export interface TextPart {
  readonly text: string
  readonly isLink: boolean
}

/** Format characters end an address: they could reorder what people read of it. */
const ADDRESS = /https?:\/\/[^\s<>"'`\p{Cf}]+/giu

/** Belong to the sentence rather than to the address before them. */
const TAIL = '.,;:!?…)]}*_~'

/** @param maxLinks addresses found beyond it stay plain text */
export function splitLinks(text: string, maxLinks: number): readonly TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  let links = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTail(match[0])
    if (!showsItsHost(address)) continue
    links += 1
    if (links > maxLinks) break
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isLink: false })
    parts.push({ text: address, isLink: true })
    end = match.index + address.length
  }
  if (end < text.length) parts.push({ text: text.slice(end), isLink: false })
  return parts
}

/**
 * Not a host with letters of other scripts, which can be drawn as another one, nor a name before an `@`, which
 * people read as the host.
 */
function showsItsHost(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  const shown = /^https?:\/\/([^/?#\\]+)/i.exec(address)?.[1]?.toLowerCase()
  return shown === url.host || shown === `${url.host}:${url.protocol === 'https:' ? 443 : 80}`
}

/** Brackets that close: the address's own where it has opened them, as Wikipedia's do. */
const OPENING: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
])

/** Steps back from the end: an expression would start over at each mark, and somebody can send a million of them. */
function withoutTail(address: string): string {
  const counts = new Map<string, number>()
  for (const mark of address) if ('()[]{}'.includes(mark)) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  let length = address.length
  while (length > 0) {
    const last = address.charAt(length - 1)
    if (!TAIL.includes(last)) break
    const opening = OPENING.get(last)
    if (opening !== undefined) {
      const closed = counts.get(last) ?? 0
      if (closed <= (counts.get(opening) ?? 0)) break
      counts.set(last, closed - 1)
    }
    length -= 1
  }
  return address.slice(0, length)
}

/** @returns the first `length` code units, and never half a character */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return text.slice(0, isHalf ? length - 1 : length)
}

/** Whether `text` is long enough to be folded. */
export function isLong(text: string, maxLength: number, maxLines: number): boolean {
  if (text.length > maxLength) return true
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1
  return lines > maxLines
}
