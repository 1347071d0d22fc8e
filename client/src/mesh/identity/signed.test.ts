import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { encodeMsgpack } from '../protocol/msgpack'
import { newSecretKey, peerKeyOf } from './peer-key'
import { librarySignatures } from './signatures'
import { isSigned, readEnvelope, signContent } from './signed'

const random = seededRandom(1)
const alice = await peerKeyOf(newSecretKey(random), librarySignatures)
const mallory = await peerKeyOf(newSecretKey(random), librarySignatures)

const bytes = (text: string) => new TextEncoder().encode(text)
const CONTENT = bytes('noon at the lake')
const NOT_SIGNED = 'not signed'
const ENVELOPE = await signContent('note', CONTENT, alice)

/** @returns the author and the content, or why there are none */
async function open(context: string, bytes: Uint8Array): Promise<string> {
  const envelope = readEnvelope(bytes)
  if (!envelope.ok) return envelope.reason
  if (!(await isSigned(context, envelope.value, librarySignatures))) return NOT_SIGNED
  return `${envelope.value.author} ${new TextDecoder().decode(envelope.value.content)}`
}

describe('signed content', () => {
  it('[ID2] arrives with its author', async () => {
    expect(await open('note', ENVELOPE)).toBe(`${alice.id} noon at the lake`)
    const empty = await signContent('note', new Uint8Array(), alice)
    expect(await open('note', empty)).toBe(`${alice.id} `)
  })

  it('[ID2] is on the wire a public key, a signature and the content', async () => {
    const signature = await alice.sign(bytes('starling/1 note\0noon at the lake'))
    expect([...ENVELOPE]).toEqual([...encodeMsgpack([alice.publicKey, signature, CONTENT])])
  })

  it('[ID2] that was signed in one context is nothing in another', async () => {
    for (const context of ['', 'not', 'notes', 'Note', 'note ', 'member room', 'introduction room a b']) {
      expect(await open(context, ENVELOPE)).toBe(NOT_SIGNED)
    }
  })

  it('[ID2] cannot be cut elsewhere between context and content', async () => {
    const signature = await alice.sign(bytes('starling/1 note\0noon at the lake'))
    for (const [context, content] of [
      ['note', '\0noon at the lake'],
      ['not', 'e\0noon at the lake'],
      ['note noon', ' at the lake'],
    ] as const) {
      const envelope = encodeMsgpack([alice.publicKey, signature, bytes(content)])
      expect(await open(context, envelope)).toBe(NOT_SIGNED)
    }
  })

  it("[ID2] cannot be made in another's name, or taken over in one's own", async () => {
    const message = bytes('starling/1 note\0noon at the lake')
    const forged = encodeMsgpack([alice.publicKey, await mallory.sign(message), CONTENT])
    const stolen = encodeMsgpack([mallory.publicKey, await alice.sign(message), CONTENT])
    for (const envelope of [forged, stolen]) {
      expect(await open('note', envelope)).toBe(NOT_SIGNED)
    }
  })

  it('[ID2] altered in one byte, cut short or continued is none', async () => {
    for (let index = 0; index < ENVELOPE.length; index++) {
      const altered = ENVELOPE.with(index, (ENVELOPE[index] ?? 0) ^ 1)
      expect(await open('note', altered), `byte ${index}`).not.toContain('lake')
      expect(await open('note', ENVELOPE.subarray(0, index)), `${index} bytes`).not.toContain('lake')
    }
    expect(await open('note', Uint8Array.of(...ENVELOPE, 0))).toContain('left over')
  })

  it('[ID2] of another shape is none', async () => {
    const { publicKey } = alice
    const signature = await alice.sign(CONTENT)
    const malformed = [
      null,
      'note',
      {},
      [],
      [publicKey, signature],
      [publicKey, signature, CONTENT, null],
      [publicKey.subarray(1), signature, CONTENT],
      [new Uint8Array(33), signature, CONTENT],
      [publicKey, signature.subarray(1), CONTENT],
      [publicKey, new Uint8Array(65), CONTENT],
      [publicKey, signature, 'noon'],
      [publicKey, signature, null],
      ['k'.repeat(32), signature, CONTENT],
      [publicKey, 's'.repeat(64), CONTENT],
    ]
    for (const content of malformed) {
      expect(await open('note', encodeMsgpack(content))).toBe('the envelope is malformed')
    }
    expect(await open('note', new Uint8Array())).toContain('truncated')
  })
})
