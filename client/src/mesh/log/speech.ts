/** What entries say on their way: in the clear in everyone's log, sealed in a log of two. Rules LG10, ID7. */
import type { PairSealer } from '../identity/pair-sealer'
import { decodeMsgpack, encodeMsgpack } from '../protocol/msgpack'
import type { Content } from './content'
import { decodeContent, encodeContent } from './content-codec'
import type { Position } from './entry'
import type { RawEntry } from './entry-codec'
import { addresseeIn, type LogScope } from './log-scope'

/** What entries of a log say, as it travels: in the clear among all, sealed between two. */
export interface Speech {
  encode(content: Content, position: Pick<Position, 'author' | 'seq'>): Pick<RawEntry, 'kind' | 'body'>
  decode(raw: RawEntry): Content
}

/** No content has this number: what it is, is in the box. */
const SEALED = 0

export const openSpeech = (scope: LogScope): Speech => ({
  encode: encodeContent,
  decode: ({ kind, body }) => decodeContent(kind, body, scope),
})

export function sealedSpeech(scope: LogScope, sealer: PairSealer): Speech {
  return {
    encode(content, { author, seq }) {
      const { kind, body } = encodeContent(content)
      const to = addresseeIn(scope, author) ?? sealer.peer
      return { kind: SEALED, body: sealer.seal(encodeMsgpack([kind, body]), { author, to, seq }) }
    },
    decode({ author, seq, kind, body }) {
      const to = addresseeIn(scope, author) ?? sealer.peer
      const plain = kind === SEALED && body instanceof Uint8Array ? sealer.open(body, { author, to, seq }) : undefined
      const decoded = plain && decodeMsgpack(plain)
      if (!decoded?.ok || !Array.isArray(decoded.value)) return { kind: 'unknown' }
      const [inner, content] = decoded.value
      return typeof inner === 'number' && content !== undefined
        ? decodeContent(inner, content, scope)
        : { kind: 'unknown' }
    },
  }
}
