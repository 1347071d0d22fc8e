/**
 * Content with its author: an envelope of the author's public key, a signature and the content. The context, which both
 * sides know and which does not travel, keeps what was signed for one use from being passed off in another. Rule ID2.
 */
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import * as v from 'valibot'
import type { PeerId } from '../protocol/ids'
import { decodeMsgpack, encodeMsgpack } from '../protocol/msgpack'
import { bad, ok, type Result } from '../protocol/result'
import { type PeerKey, peerIdOf } from './peer-key'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type Signatures } from './signatures'

export interface Envelope {
  readonly author: PeerId
  readonly content: Uint8Array
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

const bytesOf = (length: number) =>
  v.pipe(
    v.instance(Uint8Array),
    v.check((bytes) => bytes.length === length),
  )
const EnvelopeSchema = v.strictTuple([bytesOf(PUBLIC_KEY_BYTES), bytesOf(SIGNATURE_BYTES), v.instance(Uint8Array)])

/** No context has a zero byte in it, so that context and content can be told apart. */
export const signatureMessage = (context: string, content: Uint8Array): Uint8Array =>
  concatBytes(utf8ToBytes(`starling/1 ${context}\0`), content)

export const signContent = async (context: string, content: Uint8Array, key: PeerKey): Promise<Uint8Array> =>
  encodeMsgpack([key.publicKey, await key.sign(signatureMessage(context, content)), content])

/** @returns what the envelope says, and whom it claims to be of, before anybody has checked that */
export function readEnvelope(bytes: Uint8Array): Result<Envelope> {
  const decoded = decodeMsgpack(bytes)
  if (!decoded.ok) return decoded
  const parsed = v.safeParse(EnvelopeSchema, decoded.value)
  if (!parsed.success) return bad('the envelope is malformed')
  const [publicKey, signature, content] = parsed.output
  return ok({ author: peerIdOf(publicKey), content, publicKey, signature })
}

/** @returns whether it was signed in this context by the author that it claims to be of */
export const isSigned = (context: string, envelope: Envelope, signatures: Signatures): Promise<boolean> =>
  signatures.verify(envelope.signature, signatureMessage(context, envelope.content), envelope.publicKey)
