/**
 * What a member says of itself, signed by it: nobody else can say it, and whoever keeps or passes it on keeps its author
 * with it. Rules ID3, PL5.
 */
import * as v from 'valibot'
import type { PeerId, RoomId } from '../protocol/ids'
import { MAX_NAME_LENGTH } from '../protocol/limits'
import { decodeMsgpack, encodeMsgpack } from '../protocol/msgpack'
import { malformed, ok, type Result } from '../protocol/result'
import type { PeerKey } from './peer-key'
import type { Signatures } from './signatures'
import { openSigned, signContent } from './signed'

export interface MemberRecord {
  readonly peer: PeerId
  readonly name: string
  /** Of two records of one member the one with the greater revision counts: milliseconds since 1970 when it was made. */
  readonly revision: number
}

const NameSchema = v.pipe(
  v.string(),
  v.maxLength(MAX_NAME_LENGTH),
  v.check((name) => name.trim() !== ''),
)
const ContentSchema = v.strictTuple([NameSchema, v.pipe(v.number(), v.safeInteger(), v.minValue(0))])

const contextOf = (room: RoomId): string => `member ${room}`

export const signRecord = (room: RoomId, { name, revision }: Omit<MemberRecord, 'peer'>, key: PeerKey): Uint8Array =>
  signContent(contextOf(room), encodeMsgpack([name, revision]), key)

/** @returns the record and whose it is, or why it is none of this room */
export function openRecord(room: RoomId, record: Uint8Array, signatures: Signatures): Result<MemberRecord> {
  const signed = openSigned(contextOf(room), record, signatures)
  if (!signed.ok) return signed
  const content = decodeMsgpack(signed.value.content)
  if (!content.ok) return content
  const parsed = v.safeParse(ContentSchema, content.value)
  if (!parsed.success) return malformed('record', parsed.issues)
  const [name, revision] = parsed.output
  return ok({ peer: signed.value.author, name, revision })
}
