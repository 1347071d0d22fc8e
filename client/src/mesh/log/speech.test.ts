import { describe, expect, it } from 'vitest'
import { GARDEN, keyOf } from '../../sim/log-scene'
import { seededRandom } from '../../sim/seeded-random'
import { PairSealer } from '../identity/pair-sealer'
import type { PeerKey } from '../identity/peer-key'
import type { Content } from './content'
import type { RawEntry } from './entry-codec'
import { scopeOfPair } from './log-scope'
import { openSpeech, sealedSpeech } from './speech'

const [alice, bob, carol] = [keyOf('alice'), keyOf('bob'), keyOf('carol')]
const PAIR = scopeOfPair(GARDEN.room, alice.id, bob.id)
const HELLO: Content = { kind: 'text', text: 'hello' }

async function speechOf(key: PeerKey, other: PeerKey) {
  const { publicKey } = other
  const sealer = await PairSealer.of({ room: GARDEN.room, key, publicKey, random: seededRandom(1) })
  if (!sealer) throw new Error('they agree on nothing')
  return sealedSpeech(scopeOfPair(GARDEN.room, key.id, other.id), sealer)
}

const raw = (author: PeerKey, seq: number, said: Pick<RawEntry, 'kind' | 'body'>): RawEntry => ({
  author: author.id,
  seq,
  lamport: seq,
  at: 0,
  previous: new Uint8Array(32),
  parents: [],
  ...said,
})

describe("what is said in everyone's log", () => {
  it('[LG10] is read as it was written, and anything else is unknown', () => {
    const speech = openSpeech(GARDEN)
    expect(speech.decode(raw(alice, 1, speech.encode(HELLO, { author: alice.id, seq: 1 })))).toEqual(HELLO)
    expect(speech.decode(raw(alice, 1, { kind: 99, body: null }))).toEqual({ kind: 'unknown' })
  })
})

describe('what is said to one person', () => {
  it('[DM1] [ID7] is read by the two alone, as the entry that it is', async () => {
    const [alices, bobs, carols] = [
      await speechOf(alice, bob),
      await speechOf(bob, alice),
      await speechOf(carol, alice),
    ]
    const said = alices.encode(HELLO, { author: alice.id, seq: 7 })
    expect(said.kind).toBe(0)
    expect(Buffer.from(said.body instanceof Uint8Array ? said.body : []).includes('hello')).toBe(false)
    expect(bobs.decode(raw(alice, 7, said))).toEqual(HELLO)
    expect(alices.decode(raw(alice, 7, said))).toEqual(HELLO)
    const unknown = { kind: 'unknown' }
    expect(bobs.decode(raw(alice, 8, said))).toEqual(unknown)
    expect(bobs.decode(raw(bob, 7, said))).toEqual(unknown)
    expect(carols.decode(raw(alice, 7, said))).toEqual(unknown)
  })

  it('[DM1] refers to what the two have said', async () => {
    const [alices, bobs] = [await speechOf(alice, bob), await speechOf(bob, alice)]
    const to = `${bob.id}:${alice.id}.3` as Extract<Content, { kind: 'reply' }>['to']
    const reply: Content = { kind: 'reply', to, text: 'I see' }
    expect(bobs.decode(raw(alice, 1, alices.encode(reply, { author: alice.id, seq: 1 })))).toEqual(reply)
    expect(PAIR.pair).toContain(bob.id)
  })

  it('[DM1] [LG10] is unknown when it is no box, or nothing is in it that makes sense', async () => {
    const bobs = await speechOf(bob, alice)
    const sealer = await PairSealer.of({
      room: GARDEN.room,
      key: alice,
      publicKey: bob.publicKey,
      random: seededRandom(2),
    })
    const place = { author: alice.id, to: bob.id, seq: 1 }
    const boxes = [Uint8Array.of(0xc1), Uint8Array.of(0xc0), Uint8Array.of(0x91, 1), Uint8Array.of(0x92, 0xc0, 0xc0)]
    const sealed = boxes.map((plain) => ({ kind: 0, body: sealer?.seal(plain, place) ?? null }))
    // In the clear nothing is said here.
    const clear = openSpeech(PAIR).encode(HELLO, place)
    for (const said of [...sealed, clear, { kind: 0, body: 'hello' }, { kind: 0, body: new Uint8Array(10) }])
      expect(bobs.decode(raw(alice, 1, said))).toEqual({ kind: 'unknown' })
  })
})
