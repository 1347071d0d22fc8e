/**
 * Everybody that this peer deals with: who is found at which address, who is let in, and what becomes of each as links
 * come and go. One peer alone is RemotePeer's, what they say to one another the room's. Rules MB1, RP5, CO3, CO4.
 */
import { TokenBucket } from '../../../signaling-server/src/rate'
import { isRecordSigned } from './identity/member-record'
import type { Sealer } from './identity/sealer'
import type { Signatures } from './identity/signatures'
import { Dialer } from './link/dialer'
import { type Delivery, Introducer, type IntroductionFault } from './link/introducer'
import type { Link, LinkFactory } from './link/link'
import { PASSWORD_PATIENCE, WATCH_INTERVAL } from './link/timing'
import { Bans } from './membership/bans'
import type { OwnRecord } from './membership/own-record'
import { type Member, Roster } from './membership/roster'
import type { VerifiedPeers } from './membership/verified-peers'
import { RoomError } from './protocol/errors'
import { type Address, newSessionId, type PeerId, type RoomId } from './protocol/ids'
import { KNOCKS_PER_SECOND, MAX_BANS, MAX_GONE_MEMBERS, MAX_KNOCKS, MAX_LINKED_PEERS } from './protocol/limits'
import { RemotePeer } from './remote-peer'
import { BoundedMap } from './runtime/bounded-map'
import type { Clock, Millis } from './runtime/clock'
import { Emitter } from './runtime/emitter'
import type { Random } from './runtime/random'
import { Ticker } from './runtime/ticker'
import type { Signaling } from './signaling/signaling'

export type PeersEvents = {
  /** in order, each once */
  payload: { readonly from: PeerId; readonly remote: RemotePeer; readonly bytes: Uint8Array }
  /** unnumbered, see log-messages.ts and payloads.ts */
  log: { readonly from: PeerId; readonly bytes: Uint8Array }
  signal: { readonly from: PeerId; readonly bytes: Uint8Array }
  linked: { readonly peer: PeerId; readonly publicKey: Uint8Array }
  unlinked: PeerId
  members: readonly Member[]
  /** what it was asked and has not answered will never be answered */
  'given-up': { readonly peer: PeerId; readonly error: RoomError }
  /** an introduction came to nothing, and changed nothing */
  refused: { readonly address: Address; readonly reason: IntroductionFault }
  error: RoomError
}

interface PeersDeps {
  readonly room: RoomId
  readonly self: { readonly id: PeerId; readonly address: Address; readonly record: OwnRecord }
  readonly clock: Clock
  readonly random: Random
  readonly links: LinkFactory
  readonly sealer: Sealer
  readonly signatures: Signatures
  readonly signaling: Pick<Signaling, 'state' | 'iceServers'> & {
    deliver(to: Address, box: Uint8Array): Promise<Delivery>
  }
  readonly verified: VerifiedPeers
  /** the room is found by its name, so that people with another password come to the same place */
  readonly isNamed: boolean
}

export class Peers {
  readonly on: Emitter<PeersEvents>['on']

  readonly #events = new Emitter<PeersEvents>()
  readonly #peers = new Map<PeerId, RemotePeer>()
  readonly #roster: Roster
  readonly #bans: Bans
  readonly #watch: Ticker
  readonly #introducer: Introducer
  readonly #dialer: Dialer
  /** Of whom people were told that they use another version; once is enough. */
  readonly #incompatible = new Set<PeerId>()
  /** Who could not be understood and was told that somebody is here. */
  readonly #knocked = new BoundedMap<Address, true>(MAX_KNOCKS)
  readonly #knocks: TokenBucket
  /** Whether the password may be wrong: something did not open, and whether people were told. */
  #doubt: 'none' | 'growing' | 'told' = 'none'
  /** Nobody was there on coming: who comes later with another password is the one who is wrong. */
  #cameFirst: boolean | undefined
  #cancelDoubt = () => {}
  #closed = false

  constructor(private readonly deps: PeersDeps) {
    const { self, clock, random, links, sealer, signaling } = deps
    this.on = this.#events.on.bind(this.#events)
    this.#roster = new Roster({ clock, onChange: (members) => this.#events.emit('members', members) })
    this.#bans = new Bans(clock)
    this.#watch = new Ticker(clock, WATCH_INTERVAL)
    const deliver = signaling.deliver.bind(signaling)
    const objection = (peer: PeerId) => this.#objection(peer)
    this.#introducer = new Introducer({ self: self.id, clock, random, sealer, deliver, objection })
    this.#knocks = new TokenBucket({ burst: MAX_KNOCKS, perSecond: KNOCKS_PER_SECOND }, () => clock.now())
    this.#dialer = new Dialer({ self: self.address, clock, random, links, goBetween: this.#goBetween() })
    this.#introducer.on('introduction', ({ address, peer, introduction }) => {
      this.#dialer.receive(address, peer, introduction)
    })
    this.#introducer.on('refused', ({ address, reason }) => this.#handleRefused(address, reason))
    this.#dialer.on('refused', ({ address, reason }) => this.#handleRefused(address, reason))
    this.#dialer.on('link', ({ address, peer, link }) => this.#handleLink(address, peer, link))
    this.#dialer.on('unlinked', ({ address }) => this.#handleUnlinked(address))
    this.#dialer.on('unreachable', ({ address }) => this.#handleUnreachable(address))
    this.#dialer.on('not-here', ({ address }) => this.#handleNotHere(address))
  }

  get members(): readonly Member[] {
    return this.#roster.members
  }

  /** @returns the peer, if it has ever said hello */
  get(id: PeerId): RemotePeer | undefined {
    const remote = this.#peers.get(id)
    return remote?.member ? remote : undefined
  }

  /** Those to whom something said now may still arrive. */
  get expected(): readonly (readonly [PeerId, RemotePeer])[] {
    return [...this.#peers].filter(([, remote]) => remote.expected)
  }

  /** Tells everybody what this peer says of itself now. Whoever is lost meanwhile learns it from the next hello. */
  describe(payload: Uint8Array): void {
    // Whoever is linked has had a hello with the old record, even where its own has not come yet.
    for (const remote of this.#peers.values())
      if (remote.expected || remote.linked) remote.session.push(payload, () => {})
  }

  /** Somebody is at these addresses. */
  want(addresses: readonly Address[]): void {
    this.#cameFirst ??= addresses.length === 0
    for (const address of addresses) this.#dialer.want(address)
  }

  /** Nobody is at these addresses, as far as servers know. */
  unname(addresses: readonly Address[]): void {
    this.#dialer.unname(addresses)
  }

  /** The go-between is back, and with it what it may have lost. */
  renew(): void {
    this.#dialer.renew()
  }

  receive(from: Address, box: Uint8Array): void {
    if (!this.#closed) void this.#introducer.receive(from, box)
  }

  /** Resolves when it is remembered; rejects as the store does. */
  async verify(id: PeerId, isVerified: boolean): Promise<void> {
    const stored = this.deps.verified.set(id, isVerified)
    const remote = this.#peers.get(id)
    if (remote) this.#recordMember(id, remote)
    await stored
  }

  sayBye(): void {
    this.#closed = true
    for (const remote of this.#peers.values()) remote.sayBye()
  }

  /** Closes every link, those of others that close theirs first not before `linger`. */
  async close(linger: Millis, error: RoomError): Promise<void> {
    this.#closed = true
    this.#cancelDoubt()
    await this.#dialer.close(linger)
    this.#introducer.close()
    for (const remote of this.#peers.values()) remote.stop(error)
    this.#roster.stop()
    this.#events.clear()
  }

  #goBetween() {
    const { signaling } = this.deps
    return {
      get available() {
        return signaling.state.kind === 'connected'
      },
      get iceServers() {
        return signaling.iceServers
      },
      introduce: (...args: Parameters<Introducer['introduce']>) => this.#introducer.introduce(...args),
    }
  }

  /** Links that are there stay; when there are too many, only those who are verified come in. Keys cost nothing. */
  #objection(peer: PeerId): 'banned' | 'full' | undefined {
    if (this.#bans.has(peer)) return 'banned'
    if (this.#peers.get(peer)?.hasPlace || this.deps.verified.has(peer)) return undefined
    const places = [...this.#peers.values()].filter(({ hasPlace }) => hasPlace)
    return places.length < MAX_LINKED_PEERS ? undefined : 'full'
  }

  #handleRefused(address: Address, reason: IntroductionFault): void {
    if (this.#closed) return
    this.#events.emit('refused', { address, reason })
    // Whoever carries may lie about where a box is from.
    if (reason === 'banned' && !this.#findAt(address)?.[1].linked) this.#dialer.forget(address)
    if (reason === 'does-not-open' && this.deps.isNamed) this.#doubtPassword(address)
  }

  /** In a room that has a name, what does not open most likely comes from somebody with another password. */
  #doubtPassword(address: Address): void {
    if (!this.#knocked.get(address) && this.#knocks.take()) {
      this.#knocked.set(address, true)
      this.#introducer.knock(address)
    }
    if (this.#cameFirst || this.#doubt !== 'none') return
    this.#doubt = 'growing'
    // Somebody with the same password may be about to answer; then it is the other one who is wrong.
    this.#cancelDoubt = this.deps.clock.after(PASSWORD_PATIENCE, () => this.#tellDoubt(address))
  }

  #tellDoubt(address: Address): void {
    const isMet = this.#roster.members.length > 0
    this.#doubt = isMet ? 'none' : 'told'
    if (isMet) return
    const words = 'Somebody is in this room with another password, and nobody with this one.'
    this.#events.emit('error', new RoomError('wrong-password', words, { address }))
  }

  #handleLink(address: Address, id: PeerId, link: Link): void {
    // Several may have been let in before the first of them was linked, and one may have been banned since.
    if (this.#objection(id)) return this.#dialer.forget(address)
    const remote = this.#peers.get(id) ?? this.#newPeer(id)
    const before = remote.address
    this.#peers.set(id, remote)
    remote.address = address
    remote.attach(link)
    for (const other of this.#peers.values()) {
      if (other === remote || other.address !== address) continue
      other.address = undefined
      other.detach()
    }
    // Its page was loaded again, and nobody is at the old address any more.
    if (before !== undefined && before !== address) this.#dialer.forget(before)
  }

  #handleUnlinked(address: Address): void {
    const found = this.#findAt(address)
    if (!found) return
    const [, remote] = found
    remote.detach()
    if (!remote.member) this.#forgetUnmet()
  }

  /** Whoever has never said hello leaves nothing to go on with but how it behaved. */
  #forgetUnmet(): void {
    const unmet = [...this.#peers].filter(([, remote]) => !remote.member && !remote.linked)
    for (const [id, remote] of unmet.slice(0, Math.max(0, unmet.length - MAX_GONE_MEMBERS))) {
      remote.stop(new RoomError('unreachable', 'It never said hello.', { peer: id }))
      this.#peers.delete(id)
    }
  }

  /** Somebody whom the server names and nobody here has met: without a word the room would just look empty. */
  #handleUnreachable(address: Address): void {
    if (this.#findAt(address)?.[1].member) return
    // What does not open explains it, and people are told of that.
    if (this.#doubt !== 'none' && this.#roster.members.length === 0) return
    const orElse = this.deps.isNamed ? 'they have another password, or ' : ''
    const why = `${orElse}no direct connection comes about. Networks that let none through need a TURN server.`
    this.#events.emit(
      'error',
      new RoomError('unreachable', `Somebody in this room cannot be reached: ${why}`, { address }),
    )
  }

  #handleNotHere(address: Address): void {
    const remote = this.#findAt(address)?.[1]
    // Whoever is heard is here, whatever the server says.
    if (remote?.heard) return
    remote?.lost()
    if (!remote?.linked) this.#dialer.forget(address)
  }

  #findAt(address: Address): readonly [PeerId, RemotePeer] | undefined {
    return [...this.#peers].find(([, remote]) => remote.address === address)
  }

  #newPeer(id: PeerId): RemotePeer {
    const { room, self, clock, random, signatures } = this.deps
    const forget = () => remote.address !== undefined && this.#dialer.forget(remote.address)
    const remote: RemotePeer = new RemotePeer({
      id,
      asksFirst: self.id < id,
      clock,
      watch: this.#watch,
      instance: newSessionId(random),
      ownRecord: () => self.record.bytes,
      isSigned: (record) => isRecordSigned(room, record, signatures),
      onPayload: (bytes) => this.#events.emit('payload', { from: id, remote, bytes }),
      onLog: (bytes) => this.#events.emit('log', { from: id, bytes }),
      onSignal: (bytes) => this.#events.emit('signal', { from: id, bytes }),
      onLinked: (publicKey) => this.#events.emit('linked', { peer: id, publicKey }),
      onUnlinked: () => this.#events.emit('unlinked', id),
      onChange: () => this.#recordMember(id, remote),
      onLeft: forget,
      onGivenUp: (error) => this.#events.emit('given-up', { peer: id, error }),
      onSilent: () => remote.address !== undefined && this.#dialer.redial(remote.address),
      onMisbehaved: (what) => this.#ban(id, remote, what),
      onIncompatible: (error) => {
        forget()
        if (this.#incompatible.has(id) || this.#incompatible.size >= MAX_BANS) return
        this.#incompatible.add(id)
        this.#events.emit('error', error)
      },
    })
    return remote
  }

  #ban(id: PeerId, remote: RemotePeer, what: string): void {
    if (this.#bans.has(id)) return
    const duration = this.#bans.add(id)
    remote.expel()
    if (remote.address !== undefined) this.#dialer.forget(remote.address)
    const words = `${remote.name ?? 'Somebody'} broke the rules (${what}) and is kept out for ${duration / 1000} seconds.`
    this.#events.emit('error', new RoomError('misbehaving', words, { peer: id }))
  }

  #recordMember(id: PeerId, remote: RemotePeer): void {
    const { member } = remote
    if (this.#closed) return
    // What it said of itself was not signed, and was taken back.
    if (!member) {
      this.#roster.delete(id)
      return this.#forgetUnmet()
    }
    for (const oldest of this.#roster.set({ ...member, verified: this.deps.verified.has(id) })) {
      const forgotten = this.#peers.get(oldest)
      // First of all, so that the end of its link does not put it on the roster again.
      this.#peers.delete(oldest)
      if (forgotten?.address !== undefined) this.#dialer.forget(forgotten.address)
      forgotten?.stop(new RoomError('unreachable', 'It left long ago.', { peer: oldest }))
    }
  }
}
