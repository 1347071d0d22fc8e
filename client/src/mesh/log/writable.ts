/**
 * The door for what applications write into a log: refused here, with words, is what others could not read. What comes out
 * is a copy, so that nothing changes between here and the disk, and what its author sees is what others see. Rule LG11.
 */
import type { Data } from '../protocol/data'
import { RoomError } from '../protocol/errors'
import { MAX_EMOJI_LENGTH } from '../protocol/limits'
import { decodeMsgpack, encodeMsgpack } from '../protocol/msgpack'
import { assertData, assertSize } from '../protocol/outgoing'
import { invariant } from '../runtime/invariant'
import type { Writable } from './content'
import { encodeContent, isOneSign, isText } from './content-codec'
import type { EntryId } from './entry'
import { isEntryId } from './entry-id'
import { isEntryIdIn, type LogScope } from './log-scope'

const FIELDS: Readonly<Record<Writable['kind'], readonly string[]>> = {
  text: ['text'],
  reply: ['to', 'text'],
  reaction: ['to', 'emoji', 'present'],
  edit: ['to', 'text'],
  removal: ['to'],
  data: ['data'],
}
const KINDS = Object.keys(FIELDS).join(', ')

/**
 * @param value content, or a string, which is a text
 * @param scope of the log that it is for, when that is known: then what it refers to has to be in there
 * @throws RoomError 'bad-data' | 'too-large'
 */
export function readWritable(value: unknown, scope?: LogScope): Writable {
  if (typeof value === 'string') return fitting({ kind: 'text', text: textOf(value) })
  if (typeof value !== 'object' || value === null) throw bad('What is written is a text, or content with a kind.')
  const { kind, ...fields }: Readonly<Record<string, unknown>> = { ...value }
  if (!isKind(kind)) throw bad(`Content is of one of these kinds: ${KINDS}.`)
  for (const name of Object.keys(fields)) {
    if (!FIELDS[kind].includes(name)) throw bad(`Content of the kind ${kind} has these fields alone: ${FIELDS[kind]}.`)
  }
  return fitting(contentOf(kind, fields, scope))
}

const isKind = (kind: unknown): kind is Writable['kind'] => typeof kind === 'string' && Object.hasOwn(FIELDS, kind)

function contentOf(
  kind: Writable['kind'],
  { to, text, emoji, present, data }: Readonly<Record<string, unknown>>,
  scope: LogScope | undefined,
): Writable {
  switch (kind) {
    case 'text':
      return { kind, text: textOf(text) }
    case 'reply':
    case 'edit':
      return { kind, to: targetOf(to, scope), text: textOf(text) }
    case 'reaction':
      return { kind, to: targetOf(to, scope), emoji: emojiOf(emoji), present: presenceOf(present) }
    case 'removal':
      return { kind, to: targetOf(to, scope) }
    case 'data':
      assertData(data, 'data')
      return { kind, data }
  }
}

function textOf(text: unknown): string {
  if (typeof text !== 'string') throw bad('text is no text.')
  assertData(text, 'text')
  if (!isText(text)) throw bad('text is empty, or nothing but white space.')
  return text
}

function targetOf(to: unknown, scope: LogScope | undefined): EntryId {
  if (typeof to !== 'string' || !isEntryId(to)) throw bad('to is not the id of an entry.')
  if (scope && !isEntryIdIn(scope, to)) throw bad('to is the id of an entry that was said to somebody else.')
  return to
}

function emojiOf(emoji: unknown): string {
  if (isOneSign(emoji) && emoji.isWellFormed()) return emoji
  throw bad(`emoji is one sign of at most ${MAX_EMOJI_LENGTH} UTF-16 code units.`)
}

function presenceOf(present: unknown): boolean {
  if (typeof present !== 'boolean') throw bad('present is neither true nor false.')
  return present
}

/** @returns the content, of which the application holds no part that could change */
function fitting(content: Writable): Writable {
  const bytes = assertSize(encodeMsgpack(encodeContent(content).body))
  return content.kind === 'data' ? { kind: 'data', data: copyOf(bytes) } : content
}

function copyOf(encoded: Uint8Array): Data {
  const decoded = decodeMsgpack(encoded)
  invariant(decoded.ok, 'data that may be sent cannot be read')
  return decoded.value
}

const bad = (words: string): RoomError => new RoomError('bad-data', words)
