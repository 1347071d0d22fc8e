/**
 * Rooms in one process and in virtual time: the code that ships, on a network that a seed makes. People
 * have names here, and stories can be told with them.
 */

import { parseRoomLink } from '../mesh/identity/room-link'
import type { Message, Receipt } from '../mesh/messaging/messages'
import type { Data } from '../mesh/protocol/data'
import type { RoomError } from '../mesh/protocol/errors'
import { newPeerId, type PeerId } from '../mesh/protocol/ids'
import { Room } from '../mesh/room'
import type { Millis } from '../mesh/runtime/clock'
import { invariant } from '../mesh/runtime/invariant'
import { memoryStore } from '../mesh/runtime/store'
import { seededRandom } from './seeded-random'
import { SimNetwork } from './sim-network'
import { SimServer, SimSignaling } from './sim-signaling'
import { VirtualClock } from './virtual-clock'

export interface SimOptions {
  readonly seed: number
  /** join at the start, at the same moment */
  readonly peers?: readonly string[]
  readonly latency?: Millis
  readonly jitter?: Millis
  /** bytes a second on every link, each way */
  readonly rate?: number
}

/** One person's tab. */
export interface SimPeer {
  readonly id: PeerId
  readonly room: Room
  readonly signaling: SimSignaling
  readonly messages: Message[]
  readonly receipts: Receipt[]
  readonly errors: RoomError[]
  /** what was received, in order */
  data(): readonly Data[]
  /** names of those with the given status, sorted */
  sees(status: 'here' | 'suspected' | 'gone'): readonly string[]
}

export class Sim {
  readonly clock = new VirtualClock()
  readonly random
  readonly network
  readonly server
  readonly #peers = new Map<string, SimPeer>()

  constructor(options: SimOptions) {
    this.random = seededRandom(options.seed)
    this.network = new SimNetwork({ ...options, clock: this.clock, random: this.random })
    this.server = new SimServer(this.network)
    for (const name of options.peers ?? []) this.join(name)
  }

  get peers(): readonly SimPeer[] {
    return [...this.#peers.values()]
  }

  peer(name: string): SimPeer {
    const peer = this.#peers.get(name)
    invariant(peer !== undefined, `there is no ${name} in this story`)
    return peer
  }

  /** Somebody opens the room's link in a tab. */
  join(name: string): SimPeer {
    const link = parseRoomLink('sim', 'http://localhost/')
    invariant(link.ok, 'the simulated room has a good name')
    const { clock, random, network } = this
    const id = newPeerId(random)
    const signaling = new SimSignaling(this.server, name, id)
    const links = (options: Parameters<SimNetwork['link']>[1]) => network.link(name, options)
    const store = memoryStore()
    const room = new Room({ link: link.value, self: { id, name }, clock, random, store, links, signaling })
    const peer: SimPeer = {
      id,
      room,
      signaling,
      messages: [],
      receipts: [],
      errors: [],
      data: () => peer.messages.map((message) => message.data),
      sees: (status) =>
        room
          .members()
          .filter((member) => member.status === status)
          .map((member) => member.name)
          .sort(),
    }
    room.on('message', (message) => peer.messages.push(message))
    room.on('receipt', (receipt) => peer.receipts.push(receipt))
    room.on('error', (error) => peer.errors.push(error))
    this.#peers.set(name, peer)
    room.enter().catch((error: unknown) => {
      throw error
    })
    return peer
  }

  /** The tab's process dies: silence to its peers, while the server sees the connection break. */
  crash(name: string): void {
    this.network.silence(name)
    this.server.disconnect(this.peer(name).signaling)
    this.#peers.delete(name)
  }

  run(duration: Millis): Promise<void> {
    return this.clock.run(duration)
  }

  /** Lets time pass until everyone has a direct link to everyone. */
  async meshed(limit: Millis = 20_000): Promise<void> {
    const others = this.#peers.size - 1
    const linked = (peer: SimPeer) =>
      peer.room.members().filter((member) => member.reach === 'direct').length === others
    await this.clock.until(() => this.peers.every(linked), limit)
  }
}
