import { describe, expect, it } from 'vitest'
import { keyOf } from '../../sim/log-scene'
import { seededRandom } from '../../sim/seeded-random'
import { simSignatures } from '../../sim/sim-signatures'
import { VirtualClock } from '../../sim/virtual-clock'
import type { PeerKey } from '../identity/peer-key'
import type { RoomError } from '../protocol/errors'
import { type PeerId, toRoomId } from '../protocol/ids'
import { MAX_DIRECT_LOGS, MAX_UNDELIVERED_ENTRIES } from '../protocol/limits'
import { encodeLogMessage, type LogMessage, SHORT_HASH_BYTES } from '../protocol/log-messages'
import { seconds } from '../runtime/clock'
import type { Entry } from './entry'
import type { LogStore } from './log-store'
import { Logs, type Receipt } from './logs'
import { MemoryDisk } from './memory-log-store'

const ROOM = toRoomId(new Uint8Array(16).fill(1))

interface Person {
  readonly key: PeerKey
  readonly logs: Logs
  readonly disk: MemoryDisk
  readonly entries: Entry[]
  readonly receipts: Receipt[]
  readonly errors: RoomError[]
  readonly offences: string[]
  texts(): readonly string[]
}

/** People in a room, and the links between them. */
class Scene {
  readonly clock = new VirtualClock()
  /** what was said over links, decoded by nobody */
  sent = 0
  readonly #people = new Map<PeerId, Person>()
  readonly #links = new Set<string>()

  async join(name: string, disk = new MemoryDisk()): Promise<Person> {
    const key = keyOf(name)
    const store: LogStore = await disk.open()
    const offences: string[] = []
    const logs = await Logs.open({
      room: ROOM,
      key,
      signatures: simSignatures,
      clock: this.clock,
      random: seededRandom(1),
      store,
      nameOf: () => undefined,
      keyOf: (peer) => this.#people.get(peer)?.key.publicKey,
      ownName: () => name,
      send: (to, message) => this.#send(key.id, to, message),
      queued: () => 0,
      onOffence: (peer, what) => offences.push(`${peer} ${what}`),
    })
    const person: Person = {
      key,
      logs,
      disk,
      entries: [],
      receipts: [],
      errors: [],
      offences,
      texts: () => person.entries.flatMap(({ content }) => (content.kind === 'text' ? [content.text] : [])),
    }
    logs.on('entry', (entry) => person.entries.push(entry))
    logs.on('receipt', (receipt) => person.receipts.push(receipt))
    logs.on('error', (error) => person.errors.push(error))
    this.#people.set(key.id, person)
    return person
  }

  link(one: Person, other: Person): void {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      this.#links.add(`${from.key.id} ${to.key.id}`)
      from.logs.link(to.key.id, to.key.publicKey)
    }
  }

  unlink(one: Person, other: Person): void {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      this.#links.delete(`${from.key.id} ${to.key.id}`)
      from.logs.unlink(to.key.id)
    }
  }

  #send(from: PeerId, to: PeerId, message: Uint8Array): void {
    if (!this.#links.has(`${from} ${to}`)) return
    this.sent += 1
    this.clock.after(5, () => this.#links.has(`${from} ${to}`) && this.#people.get(to)?.logs.receive(from, message))
  }
}

async function pair() {
  const scene = new Scene()
  const [alice, bob] = [await scene.join('alice'), await scene.join('bob')]
  scene.link(alice, bob)
  await scene.clock.run(seconds(1))
  return { scene, alice, bob }
}

describe('what is said to one person', () => {
  it('[DM1] [DM2] is acknowledged, and begins a log of two on both sides', async () => {
    const { scene, alice, bob } = await pair()
    expect([alice.logs.conversations, bob.logs.conversations]).toEqual([[], []])
    const sent = alice.logs.send(bob.key.id, 'hello')
    await scene.clock.run(200)
    const entry = await sent
    expect(bob.entries).toEqual([{ ...entry, name: undefined }])
    expect(entry).toMatchObject({ author: alice.key.id, to: bob.key.id, seq: 1 })
    expect(alice.receipts).toEqual([{ by: bob.key.id, with: bob.key.id, upTo: 1 }])
    expect(alice.logs.conversations).toEqual([bob.key.id])
    expect(bob.logs.conversations).toEqual([alice.key.id])
    expect(alice.logs.reached(bob.key.id, true)).toBe(1)
    expect(alice.logs.reached(bob.key.id, false)).toBe(0)
    const history = await bob.logs.history(alice.key.id, undefined, 10)
    expect(history).toMatchObject({ entries: [{ id: entry.id }], more: false, complete: true })
  })

  it('[DM2] waits while the other is away, also over a reload of its author, and is known to have arrived', async () => {
    const { scene, alice, bob } = await pair()
    scene.unlink(alice, bob)
    const outcome = alice.logs.send(bob.key.id, 'one').catch((error: RoomError) => error.reason)
    await scene.clock.run(seconds(60))
    await alice.logs.close()
    expect(await outcome).toBe('left')
    const again = await scene.join('alice', alice.disk)
    expect(again.logs.conversations).toEqual([bob.key.id])
    expect(again.logs.isKnown(bob.key.id)).toBe(true)
    const sent = again.logs.send(bob.key.id, 'two')
    await scene.clock.run(seconds(1))
    scene.link(again, bob)
    await scene.clock.run(seconds(1))
    expect((await sent).seq).toBe(2)
    expect(bob.texts()).toEqual(['one', 'two'])
    await again.logs.close()
    const third = await scene.join('alice', alice.disk)
    // Read from the disk, once the log of two is open.
    await third.logs.history(bob.key.id, undefined, 1)
    await scene.clock.run(1)
    expect(third.logs.reached(bob.key.id, true)).toBe(2)
  })

  it('[DM3] is refused beyond what may wait, also when all of it is said at once', async () => {
    const { scene, alice, bob } = await pair()
    scene.unlink(alice, bob)
    const outcomes = new Map<string, number>()
    const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    const all = Array.from({ length: MAX_UNDELIVERED_ENTRIES + 1000 }, (_, index) =>
      alice.logs.send(bob.key.id, `${index}`).catch((error: RoomError) => count(error.reason)),
    )
    await scene.clock.run(seconds(1))
    expect(outcomes).toEqual(new Map([['overloaded', 1000]]))
    await alice.logs.close()
    await Promise.all(all)
    expect(outcomes.get('left')).toBe(MAX_UNDELIVERED_ENTRIES)
  })

  it('[DM1] is not said to somebody whose key nobody knows, nor to oneself', async () => {
    const { alice } = await pair()
    await expect(alice.logs.send(keyOf('nobody').id, 'hello?')).rejects.toMatchObject({ reason: 'unknown-peer' })
    expect(alice.logs.isKnown(alice.key.id)).toBe(false)
    await alice.logs.broadcast('hello')
    expect(alice.logs.isKnown(alice.key.id)).toBe(false)
    expect(alice.logs.conversations).toEqual([])
  })

  it('[DM1] refers to what the two have said, and to nothing else', async () => {
    const { scene, alice, bob } = await pair()
    const { id: toAll } = await alice.logs.broadcast('to all')
    const sent = alice.logs.send(bob.key.id, 'to you')
    await scene.clock.run(200)
    const { id: toBob } = await sent
    await expect(bob.logs.send(alice.key.id, { kind: 'reply', to: toAll, text: 'yes' })).rejects.toMatchObject({
      reason: 'bad-data',
    })
    await expect(bob.logs.broadcast({ kind: 'reply', to: toBob, text: 'yes' })).rejects.toMatchObject({
      reason: 'bad-data',
    })
    const answer = bob.logs.send(alice.key.id, { kind: 'reply', to: toBob, text: 'yes' })
    await scene.clock.run(200)
    await answer
    expect(alice.entries.at(-1)).toMatchObject({ content: { kind: 'reply', to: toBob } })
  })
})

describe('logs that others begin', () => {
  const begin: LogMessage = {
    kind: 'have',
    direct: true,
    full: true,
    feeds: [{ author: keyOf('x').id, floor: 1, head: 1, hash: new Uint8Array(SHORT_HASH_BYTES) }],
  }

  it('[DM4] are opened when they have something, and no more of them than a full room needs', async () => {
    const { scene, alice } = await pair()
    const crowd: Person[] = []
    for (let count = 0; count < MAX_DIRECT_LOGS + 20; count++) {
      const other = await scene.join(`mallory ${count}`)
      alice.logs.link(other.key.id, other.key.publicKey)
      crowd.push(other)
    }
    for (const other of crowd) alice.logs.receive(other.key.id, encodeLogMessage({ ...begin, feeds: [] }))
    await scene.clock.run(seconds(1))
    expect(alice.logs.conversations).toEqual([])
    for (const other of crowd) alice.logs.receive(other.key.id, encodeLogMessage(begin))
    await scene.clock.run(seconds(1))
    // Nothing was said in any of them.
    expect(alice.logs.conversations).toEqual([])
    const bob = await scene.join('bob again')
    scene.link(alice, bob)
    const sent = bob.logs.send(alice.key.id, 'hello')
    await scene.clock.run(seconds(1))
    expect(alice.texts()).toEqual([])
    for (const other of crowd) alice.logs.unlink(other.key.id)
    await scene.clock.run(1)
    scene.unlink(alice, bob)
    scene.link(alice, bob)
    await scene.clock.run(seconds(1))
    await sent
    expect(alice.texts()).toEqual(['hello'])
    expect(alice.logs.conversations).toEqual([bob.key.id])
  })

  it('[LM1] with messages that are none are an offence', async () => {
    const { alice, bob } = await pair()
    alice.logs.receive(bob.key.id, Uint8Array.of(0xc1))
    alice.logs.receive(bob.key.id, new Uint8Array())
    expect(alice.offences).toHaveLength(2)
    expect(alice.offences[0]).toContain(bob.key.id)
  })
})

describe('logs that are closed', () => {
  it('[DM2] take nothing more, and say nothing more', async () => {
    const { scene, alice, bob } = await pair()
    await alice.logs.broadcast('good night')
    await scene.clock.run(seconds(1))
    await alice.logs.close()
    const before = scene.sent
    await bob.logs.broadcast('sleep well')
    await scene.clock.run(seconds(200))
    expect(alice.texts()).toEqual(['good night'])
    // What bob goes on saying to her.
    expect(scene.sent - before).toBeGreaterThan(0)
    const again = await scene.join('alice', alice.disk)
    expect(again.entries).toEqual([])
    scene.link(again, bob)
    await scene.clock.run(seconds(1))
    expect(again.texts()).toEqual(['sleep well'])
  })
})
