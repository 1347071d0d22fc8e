/**
 * Rooms in one process and in virtual time: the code that ships, on a network that a seed makes. People
 * have names here, and stories can be told with them.
 */

import { newSecretKey, type PeerKey, toPeerKey } from '../mesh/identity/peer-key'
import { deriveNamedRoomKeys, deriveRoomKeys, type RoomKeys } from '../mesh/identity/room-keys'
import { formatRoomLink, type RoomLink } from '../mesh/identity/room-link'
import type { Signatures } from '../mesh/identity/signatures'
import type { Content } from '../mesh/log/content'
import type { Entry, EntryId } from '../mesh/log/entry'
import type { Receipt } from '../mesh/log/logs'
import { VerifiedPeers } from '../mesh/membership/verified-peers'
import type { Data } from '../mesh/protocol/data'
import { RoomError } from '../mesh/protocol/errors'
import { type Address, newAddress, type PeerId } from '../mesh/protocol/ids'
import { Room } from '../mesh/room'
import { type Millis, seconds } from '../mesh/runtime/clock'
import { invariant } from '../mesh/runtime/invariant'
import { memoryStore, type Store } from '../mesh/runtime/store'
import { seededRandom } from './seeded-random'
import { SimDisk } from './sim-disk'
import { SimNetwork } from './sim-network'
import { SimServer, SimSignaling } from './sim-signaling'
import { simSignatures, simSigner } from './sim-signatures'
import { rightTime, Tab, type WallClock } from './tab'
import { VirtualClock } from './virtual-clock'

/** When a server gives a connection up that is silent (SG1). */
const SERVER_PATIENCE: Millis = seconds(10)

export interface SimOptions {
  readonly seed: number
  /** join at the start, at the same moment */
  readonly peers?: readonly string[]
  readonly latency?: Millis
  readonly jitter?: Millis
  /** bytes a second on every link, each way */
  readonly rate?: number
  /** longest time that one reading or writing on a disk takes; without it none at all */
  readonly diskLatency?: Millis
  /** else those that cost a hash; with others people come by `join`, each with a profile of its own */
  readonly signatures?: Signatures
}

/** One person's tab. */
export interface SimPeer {
  readonly id: PeerId
  /** where servers find it, during this run */
  readonly address: Address
  /** what the browser keeps of it */
  readonly profile: Profile
  readonly room: Room
  readonly tab: Tab
  readonly signaling: SimSignaling
  /** what it was told, in order, its own included */
  readonly entries: Entry[]
  readonly removed: EntryId[]
  readonly receipts: Receipt[]
  readonly errors: RoomError[]
  /** the texts in its entries */
  texts(): readonly string[]
  /** texts and data of others */
  data(): readonly Data[]
  /** names of those with the given status, sorted */
  sees(status: 'here' | 'suspected' | 'gone'): readonly string[]
}

/** What outlives a tab: the browser's memory of the room, and the machine with its clock. */
export interface Profile {
  readonly key: PeerKey
  readonly store: Store
  readonly disk: SimDisk
  readonly wall: WallClock
  /** The disk was full: the key may not be used by another page. */
  isSpent: boolean
}

/** What leads into a room. */
export interface SimRoom {
  readonly link: RoomLink
  readonly keys: RoomKeys
}

export class Sim {
  readonly clock = new VirtualClock()
  readonly random
  readonly network
  readonly server
  readonly room: SimRoom
  readonly signatures: Signatures
  readonly #peers = new Map<string, SimPeer>()
  readonly #disks = new Map<string, ReturnType<SimDisk['open']>>()

  constructor(private readonly options: SimOptions) {
    this.random = seededRandom(options.seed)
    this.network = new SimNetwork({ ...options, clock: this.clock, random: this.random })
    this.server = new SimServer(this.network)
    this.signatures = options.signatures ?? simSignatures
    this.room = secretRoom(this.random.bytes(16))
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

  newProfile(key = toPeerKey(simSigner(newSecretKey(this.random)))): Profile {
    const { clock, random } = this
    const { diskLatency } = this.options
    const disk = new SimDisk({ clock, random, ...(diskLatency !== undefined && { latency: diskLatency }) })
    return { key, store: memoryStore(), disk, wall: rightTime(), isSpent: false }
  }

  /**
   * Somebody opens the room's link in a tab.
   * @param profile of a browser that was in the room before
   * @param into another room than everybody's, which the server takes for the same when its id is
   */
  join(name: string, profile = this.newProfile(), into = this.room): SimPeer {
    const { clock, random, network } = this
    const { key, store, disk, wall } = profile
    const address = newAddress(random)
    const tab = new Tab(clock, wall)
    const signaling = new SimSignaling(this.server, name, address, tab)
    const logs = disk.open(tab)
    this.#disks.set(name, logs)
    const room = new Room({
      ...into,
      self: { key, address, name },
      signatures: this.signatures,
      verified: new VerifiedPeers(store, into.keys.id),
      clock: tab,
      random,
      store,
      memory: {
        logs,
        fault: undefined,
        burn: async () => {
          profile.isSpent = true
        },
        forget: async () => {},
      },
      links: (options) => network.link(name, options, tab),
      signaling,
    })
    const peer: SimPeer = {
      id: key.id,
      address,
      profile,
      room,
      tab,
      signaling,
      entries: [],
      removed: [],
      receipts: [],
      errors: [],
      texts: () => peer.entries.flatMap(({ content }) => (content.kind === 'text' ? [content.text] : [])),
      data: () => peer.entries.flatMap(({ author, content }) => (author === key.id ? [] : dataOf(content))),
      sees: (status) =>
        room
          .members()
          .filter((member) => member.status === status)
          .map((member) => member.name)
          .sort(),
    }
    room.on('entry', (entry) => peer.entries.push(entry))
    room.on('removed', ({ ids }) => peer.removed.push(...ids))
    room.on('receipt', (receipt) => peer.receipts.push(receipt))
    room.on('error', (error) => peer.errors.push(error))
    this.#peers.set(name, peer)
    room.enter().catch((error: unknown) => {
      // Some go before they have come.
      if (!(error instanceof RoomError && error.reason === 'left')) throw error
    })
    return peer
  }

  /**
   * The tab's process dies: silence to its peers, while the server sees the connection break.
   * @param written how much of what it was writing gets onto the disk, from 0 to 1
   */
  crash(name: string, written = 1): void {
    const { tab, signaling } = this.peer(name)
    this.#disks.get(name)?.die(written)
    tab.end()
    this.network.stopped()
    this.server.disconnect(signaling)
    this.#peers.delete(name)
  }

  /** The tab is closed: its peers see their links end, and it says no good-bye. */
  close(name: string): void {
    this.network.close(this.peer(name).tab)
    this.crash(name)
  }

  /** The page stands still, as in a phone's pocket: nothing of it runs, and what comes waits. */
  freeze(name: string): void {
    const { tab, signaling } = this.peer(name)
    tab.freeze()
    const { stoppedAt } = tab
    this.network.stopped()
    this.clock.after(SERVER_PATIENCE, () => {
      if (stoppedAt !== undefined && tab.stoppedAt === stoppedAt) this.server.disconnect(signaling)
    })
  }

  /** It goes on: what fell due and what has come meanwhile is dealt with now, late. */
  thaw(name: string): void {
    const { tab, signaling } = this.peer(name)
    const stoppedAt = tab.stoppedAt
    if (stoppedAt === undefined) return
    tab.wake()
    this.network.woken()
    if (this.clock.now() - stoppedAt < SERVER_PATIENCE) return
    this.server.connect(signaling)
    signaling.lost()
  }

  run(duration: Millis): Promise<void> {
    return this.clock.run(duration)
  }

  /** Lets time pass until `promise` is settled. */
  async settled<T>(promise: Promise<T>, limit: Millis = seconds(30)): Promise<T> {
    let isSettled = false
    const settle = () => {
      isSettled = true
    }
    promise.then(settle, settle)
    await this.clock.until(() => isSettled, limit)
    return promise
  }

  /** All that somebody can read back, of the room's log or of that with one other, oldest first; time passes meanwhile. */
  async history({ room }: SimPeer, other?: SimPeer, limit = 64): Promise<readonly Entry[]> {
    let entries: readonly Entry[] = []
    for (let isMore = true; isMore; ) {
      const [before] = entries
      const wanted = { limit, ...(before && { before }), ...(other && { with: other.id }) }
      const page = await this.settled(room.history(wanted), seconds(300))
      invariant(page.more ? page.entries.length > 0 : page.complete, 'a history goes back to its beginning')
      entries = [...page.entries, ...entries]
      isMore = page.more
    }
    return entries
  }

  /** Lets time pass until everyone has a direct link to everyone. */
  async meshed(limit: Millis = 20_000): Promise<void> {
    const others = this.#peers.size - 1
    const linked = (peer: SimPeer) =>
      peer.room.members().filter((member) => member.reach === 'direct').length === others
    await this.clock.until(() => this.peers.every(linked), limit)
  }
}

function dataOf(content: Content): readonly Data[] {
  if (content.kind === 'text') return [content.text]
  return content.kind === 'data' ? [content.data] : []
}

const PAGE = 'http://localhost/'

export function secretRoom(secret: Uint8Array): SimRoom {
  const address = { kind: 'secret', secret } as const
  return { link: { address, link: formatRoomLink(address, PAGE) }, keys: deriveRoomKeys(secret) }
}

/** A room with a name; the hash stands for the password. */
export function namedRoom(name: string, passwordHash: Uint8Array): SimRoom {
  const address = { kind: 'named', name } as const
  return { link: { address, link: formatRoomLink(address, PAGE) }, keys: deriveNamedRoomKeys(name, passwordHash) }
}
