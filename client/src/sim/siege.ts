/** Alice and bob talk without a pause while mallory, who is in their room and alive, does what a test lets her do. */
import { expect } from 'vitest'
import type { RoomErrorReason } from '../mesh/protocol/errors'
import { seconds } from '../mesh/runtime/clock'
import { Sim, type SimOptions, type SimPeer } from './sim'
import { Stranger, type StrangerOptions } from './stranger'

const TALK_EVERY = 100
/** words */
const PING_EVERY = 10

export class Siege {
  readonly alice: SimPeer
  readonly bob: SimPeer
  #said = 0
  #silent = false

  constructor(
    readonly sim: Sim,
    readonly mallory: Stranger,
  ) {
    this.alice = sim.peer('alice')
    this.bob = sim.peer('bob')
    this.#talk()
  }

  /**
   * What was begun comes to its end: every word of the others arrived, once and in order, and nobody but mallory was
   * kept out.
   * @param others what people may be told besides
   */
  async passes(isBanned: boolean, others: readonly RoomErrorReason[] = []): Promise<void> {
    const { sim, alice, bob, mallory } = this
    await sim.run(seconds(8))
    this.#silent = true
    await sim.run(seconds(2))
    const words = Array.from({ length: this.#said }, (_, index) => `word ${index + 1}`)
    expect(said(alice, bob)).toEqual(words)
    expect(said(bob, alice)).toEqual(words)
    for (const [one, other] of [[alice, bob] as const, [bob, alice] as const]) {
      expect(one.room.members().find(({ id }) => id === other.id)).toMatchObject({ status: 'here', reach: 'direct' })
      const told = one.errors.filter(({ reason }) => !others.includes(reason))
      expect(told.every(({ reason, details }) => reason === 'misbehaving' && details.peer === mallory.id)).toBe(true)
      expect(told.length > 0).toBe(isBanned)
      expect(one.entries.every(({ id, author }) => id.startsWith(`${author}.`))).toBe(true)
    }
    // Two for each pair, mallory's included, and as many for whom she may be calling.
    const honest = sim.peers.length
    expect(sim.network.linkEnds).toBeLessThanOrEqual(honest * (honest - 1) + 4 * honest)
  }

  #talk(): void {
    if (this.#silent) return
    this.#said += 1
    if (this.#said % PING_EVERY === 0) this.mallory.says({ kind: 'ping', stamp: 0 })
    for (const { room } of [this.alice, this.bob]) void room.broadcast(`word ${this.#said}`)
    this.sim.clock.after(TALK_EVERY, () => this.#talk())
  }
}

/** Alice, bob and mallory are in a room and linked. */
export async function besieged(options: Partial<SimOptions> = {}, how: StrangerOptions = {}): Promise<Siege> {
  const sim = new Sim({ seed: 1, peers: ['alice', 'bob'], ...options })
  await sim.meshed()
  const mallory = new Stranger(sim, 'mallory', how)
  const isHere = (name: string) => sim.peer(name).sees('here').includes('mallory')
  await sim.clock.until(() => isHere('alice') && isHere('bob'), seconds(2))
  return new Siege(sim, mallory)
}

const said = (listener: SimPeer, speaker: SimPeer) =>
  listener.entries.flatMap(({ author, content }) =>
    author === speaker.id && content.kind === 'text' ? [content.text] : [],
  )
