/**
 * What an entry says, as it travels: the number of its kind, and a body of data. Whatever an author made of it, reading it
 * never fails: what this version cannot read is 'unknown', and carried. What may be written is writable.ts's. Rule LG10.
 */
import * as v from 'valibot'
import { cleanName } from '../membership/names'
import { toBase64Url } from '../protocol/base64url'
import type { Data } from '../protocol/data'
import { ID_BYTES, idToBytes, toPeerId } from '../protocol/ids'
import { MAX_EMOJI_LENGTH } from '../protocol/limits'
import { assertNever, invariant } from '../runtime/invariant'
import type { Content } from './content'
import type { EntryId } from './entry'
import { parseEntryId } from './entry-id'
import { entryIdIn, isAuthorIn, type LogScope } from './log-scope'

/** Numbers that were given once are never given to anything else. */
const KIND = { text: 1, reply: 2, reaction: 3, edit: 4, removal: 5, name: 6, data: 7 } as const
type Kind = (typeof KIND)[keyof typeof KIND]

export interface EncodedContent {
  readonly kind: Kind
  readonly body: Data
}

const UNKNOWN: Content = { kind: 'unknown' }

/** @param content not of the kind 'unknown', which nobody writes; what it refers to is in the same log */
export function encodeContent(content: Content): EncodedContent {
  switch (content.kind) {
    case 'text':
      return { kind: KIND.text, body: content.text }
    case 'reply':
      return { kind: KIND.reply, body: [targetData(content.to), content.text] }
    case 'reaction':
      return { kind: KIND.reaction, body: [targetData(content.to), content.emoji, content.present] }
    case 'edit':
      return { kind: KIND.edit, body: [targetData(content.to), content.text] }
    case 'removal':
      return { kind: KIND.removal, body: targetData(content.to) }
    case 'name':
      return { kind: KIND.name, body: content.name }
    case 'data':
      return { kind: KIND.data, body: content.data }
    case 'unknown':
      throw new Error('Starling is broken: it writes what it does not know')
    default:
      return assertNever(content)
  }
}

/** @param scope of the log that it is in, and so of all that it refers to */
export function decodeContent(kind: number, body: Data, scope: LogScope): Content {
  switch (kind) {
    case KIND.text:
      return isText(body) ? { kind: 'text', text: body } : UNKNOWN
    case KIND.reply:
    case KIND.edit: {
      const parsed = v.safeParse(TargetTextSchema, body)
      if (!parsed.success) return UNKNOWN
      const [target, text] = parsed.output
      const to = targetOf(target, scope)
      return to ? { kind: kind === KIND.reply ? 'reply' : 'edit', to, text } : UNKNOWN
    }
    case KIND.reaction: {
      const parsed = v.safeParse(ReactionSchema, body)
      if (!parsed.success) return UNKNOWN
      const [target, emoji, present] = parsed.output
      const to = targetOf(target, scope)
      return to ? { kind: 'reaction', to, emoji, present } : UNKNOWN
    }
    case KIND.removal: {
      const parsed = v.safeParse(TargetSchema, body)
      const to = parsed.success ? targetOf(parsed.output, scope) : undefined
      return to ? { kind: 'removal', to } : UNKNOWN
    }
    case KIND.name: {
      const name = typeof body === 'string' ? cleanName(body) : undefined
      return name === undefined ? UNKNOWN : { kind: 'name', name }
    }
    case KIND.data:
      return { kind: 'data', data: body }
    default:
      return UNKNOWN
  }
}

/** @returns whether it is a text that shows anything, as far as white space goes */
export const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

/** Older browsers cannot tell where a sign ends: there the length has to do. */
const signs =
  typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : undefined

/** @returns whether it is one sign of a length that emoji have; whether that is a picture is for who shows it to say */
export function isOneSign(value: unknown): value is string {
  if (!isText(value) || value.length > MAX_EMOJI_LENGTH) return false
  const [, second] = signs?.segment(value) ?? []
  return second === undefined
}

const TargetSchema = v.strictTuple([
  v.pipe(
    v.instance(Uint8Array),
    v.check((bytes) => bytes.length === ID_BYTES),
  ),
  v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
])
const TargetTextSchema = v.strictTuple([TargetSchema, v.custom<string>(isText)])
const ReactionSchema = v.strictTuple([TargetSchema, v.custom<string>(isOneSign), v.boolean()])

function targetData(id: EntryId): Data {
  const name = parseEntryId(id)
  invariant(name !== undefined, 'an entry refers to what is no entry')
  return [idToBytes(name.author), name.seq]
}

/** @returns undefined when that author has no feed in this log */
function targetOf([bytes, seq]: v.InferOutput<typeof TargetSchema>, scope: LogScope): EntryId | undefined {
  const author = toPeerId(toBase64Url(bytes))
  return isAuthorIn(scope, author) ? entryIdIn(scope, { author, seq }) : undefined
}
