/**
 * Several servers as one: this peer is announced at each, and any one that is up is enough. A box goes to all of them,
 * since one that says that it handed the box over may lie; what comes by several is taken once. Rule SI5.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import type { Address, IceServer } from '../../../../signaling-server/src/contract'
import type { Delivery } from '../link/introducer'
import { toBase64Url } from '../protocol/base64url'
import { MAX_ICE_SERVERS, MAX_REMEMBERED_BOXES } from '../protocol/limits'
import { BoundedMap } from '../runtime/bounded-map'
import { Emitter } from '../runtime/emitter'
import type { Signaling, SignalingEvents, SignalingState } from './signaling'

/** The best state of any server is that of all: one is enough. */
const PREFERENCE: readonly SignalingState['kind'][] = ['connected', 'connecting', 'refused', 'unreachable']

export class SeveralSignalings implements Signaling {
  readonly #events = new Emitter<SignalingEvents>()
  /** Which server brought a box first; no two boxes are the same. */
  readonly #broughtBy = new BoundedMap<string, Signaling>(MAX_REMEMBERED_BOXES)
  /** Whom each named last. */
  readonly #named = new Map<Signaling, readonly Address[]>()

  readonly on = this.#events.on.bind(this.#events)

  constructor(private readonly members: readonly [Signaling, ...Signaling[]]) {
    for (const member of members) {
      member.on('state', () => this.#events.emit('state', this.state))
      member.on('unnamed', (addresses) => this.#tellUnnamed(member, addresses))
      member.on('peers', (peers) => {
        this.#named.set(member, peers)
        this.#events.emit('peers', peers)
      })
      member.on('box', (box) => this.#isNew(member, box) && this.#events.emit('box', box))
    }
  }

  get state(): SignalingState {
    return this.members.map((member) => member.state).reduce((best, state) => (rank(state) < rank(best) ? state : best))
  }

  get iceServers(): readonly IceServer[] {
    // One of each in turn, so that no server's list leaves no room for another's.
    const lists = this.members.map((member) => member.iceServers)
    const longest = Math.max(...lists.map(({ length }) => length))
    const inTurn = Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list[index] ?? []))
    return inTurn.flat().slice(0, MAX_ICE_SERVERS)
  }

  open(): void {
    for (const member of this.members) member.open()
  }

  /** Resolves with the first server that delivers, or when none does. */
  deliver(to: Address, box: Uint8Array): Promise<Delivery> {
    return new Promise((resolve, reject) => {
      const deliveries = this.members.map(async (member) => {
        const delivery = await member.deliver(to, box)
        if (delivery === 'delivered') resolve(delivery)
        return delivery
      })
      Promise.all(deliveries).then((all) => resolve(all.includes('not-here') ? 'not-here' : 'unavailable'), reject)
    })
  }

  close(): void {
    this.#events.clear()
    for (const member of this.members) member.close()
  }

  #tellUnnamed(member: Signaling, addresses: readonly Address[]): void {
    const others = [...this.#named].flatMap(([other, named]) => (other === member ? [] : named))
    const unnamed = addresses.filter((address) => !others.includes(address))
    if (unnamed.length > 0) this.#events.emit('unnamed', unnamed)
  }

  /** What one server brings again is for the judge of boxes to see. */
  #isNew(member: Signaling, { from, box }: SignalingEvents['box']): boolean {
    return this.#broughtBy.getOrMake(`${from} ${toBase64Url(sha256(box))}`, () => member) === member
  }
}

const rank = (state: SignalingState): number => PREFERENCE.indexOf(state.kind)
