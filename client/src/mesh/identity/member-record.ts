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
import { isSigned, readEnvelope, signContent } from './signed'

export interface MemberRecord {
  readonly peer: PeerId
  /** that of the peer */
  readonly publicKey: Uint8Array
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

export const signRecord = (
  room: RoomId,
  { name, revision }: Pick<MemberRecord, 'name' | 'revision'>,
  key: PeerKey,
): Promise<Uint8Array> => signContent(contextOf(room), encodeMsgpack([name, revision]), key)

/**
 * @returns what the record says, and whom it claims to be of. That can be believed of what comes from that very peer, over
 *   a link with it; of anything else only once `isRecordSigned` says so
 */
export function readRecord(record: Uint8Array): Result<MemberRecord> {
  const envelope = readEnvelope(record)
  if (!envelope.ok) return envelope
  const content = decodeMsgpack(envelope.value.content)
  if (!content.ok) return content
  const parsed = v.safeParse(ContentSchema, content.value)
  if (!parsed.success) return malformed('record', parsed.issues)
  const [name, revision] = parsed.output
  const { author: peer, publicKey } = envelope.value
  return ok({ peer, publicKey, name, revision })
}

/** @returns whether the peer that it claims to be of signed it, for this room */
export async function isRecordSigned(room: RoomId, record: Uint8Array, signatures: Signatures): Promise<boolean> {
  const envelope = readEnvelope(record)
  return envelope.ok && isSigned(contextOf(room), envelope.value, signatures)
}
