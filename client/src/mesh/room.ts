/**
 * The facade: one stay of this peer in one room. It wires signaling, peers, logs, requests and signals together, and is
 * what applications hold. Each rule lives in the layer that it calls.
 */
import type { PeerKey } from './identity/peer-key'
import type { RoomKeys } from './identity/room-keys'
import type { RoomLink } from './identity/room-link'
import { safetyCode } from './identity/safety-code'
import { Sealer } from './identity/sealer'
import type { Signatures } from './identity/signatures'
import type { IntroductionFault } from './link/introducer'
import type { LinkFactory } from './link/link'
import type { Writable } from './log/content'
import type { EntryId } from './log/entry'
import { parseEntryId } from './log/entry-id'
import type { HistoryPage } from './log/history'
import type { LogsEvents } from './log/logs'
import { cleanName, rememberName } from './membership/names'
import { OwnRecord } from './membership/own-record'
import type { Member } from './membership/roster'
import type { VerifiedPeers } from './membership/verified-peers'
import { type Handler, type RequestOptions, Requests } from './messaging/requests'
import type { Settle } from './messaging/session'
import { type RoomSignal, Signals } from './messaging/signals'
import { Peers } from './peers'
import type { Data } from './protocol/data'
import { RoomError } from './protocol/errors'
import { type Address, isPeerId, type PeerId, type RoomId } from './protocol/ids'
import { MAX_NAME_LENGTH } from './protocol/limits'
import { decodePayload, encodePayload } from './protocol/payloads'
import type { RemotePeer } from './remote-peer'
import { type HistoryOptions, type KeptLogs, RoomLogs } from './room-logs'
import { type Clock, type Millis, seconds } from './runtime/clock'
import { Emitter } from './runtime/emitter'
import { assertNever } from './runtime/invariant'
import type { Random } from './runtime/random'
import type { Store } from './runtime/store'
import type { Signaling, SignalingState } from './signaling/signaling'

/** How long joining waits for a server before it goes on without one. */
const JOIN_PATIENCE: Millis = seconds(5)

/** How long leaving waits for the good-bye to arrive everywhere. */
const LEAVE_LINGER: Millis = seconds(1)

export interface RoomStatus {
  readonly state: 'open' | 'left'
  readonly signaling: SignalingState
}

export type RoomEvents = LogsEvents & {
  /** something of the moment, such as that somebody is typing */
  signal: RoomSignal
  members: readonly Member[]
  status: RoomStatus
  /** what a server brought in this room's name was refused, and changed nothing: for whoever looks for faults */
  refused: { readonly address: Address; readonly reason: IntroductionFault }
}

export interface RoomDeps {
  readonly link: RoomLink
  readonly keys: RoomKeys
  /** `address` is drawn anew for every stay, and is what `signaling` announces */
  readonly self: { readonly key: PeerKey; readonly address: Address; readonly name: string }
  readonly signatures: Signatures
  readonly verified: VerifiedPeers
  readonly clock: Clock
  readonly random: Random
  readonly store: Store
  readonly memory: KeptLogs & {
    /** Removes all that is kept of this room. */
    readonly forget: () => Promise<void>
  }
  readonly links: LinkFactory
  readonly signaling: Signaling
  /** used instead of those that the server names */
  readonly iceServers?: Signaling['iceServers'] | undefined
}

export class Room {
  /** all that a signaling server knows of the room */
  readonly id: RoomId
  readonly on: Emitter<RoomEvents>['on']

  readonly #events = new Emitter<RoomEvents>()
  readonly #record: OwnRecord
  readonly #peers: Peers
  readonly #requests: Requests
  readonly #signals: Signals
  readonly #logs: RoomLogs
  #status: RoomStatus
  #leaving: Promise<void> | undefined

  /** Applications call `joinRoom`; this takes the ports ready-made. */
  constructor(private readonly deps: RoomDeps) {
    const { self, keys, clock, signaling } = deps
    this.id = keys.id
    this.on = this.#events.on.bind(this.#events)
    this.#status = { state: 'open', signaling: signaling.state }
    this.#record = new OwnRecord({ room: keys.id, key: self.key, clock, store: deps.store }, self.name)
    this.#signals = new Signals({
      clock,
      send: (peer, signal) => this.#peers.get(peer)?.tell({ kind: 'signal', signal }),
      onOffence: (peer, what) => this.#peers.get(peer)?.offend(what),
    })
    this.#requests = new Requests({ clock, push: (peer, payload, settle) => this.#push(peer, payload, settle) })
    this.#peers = this.#makePeers()
    this.#peers.on('payload', ({ from, remote, bytes }) => this.#handlePayload(remote, from, bytes))
    this.#peers.on('given-up', ({ peer, error }) => this.#requests.fail(error, peer))
    this.#peers.on('members', (members) => this.#events.emit('members', members))
    this.#peers.on('refused', (refusal) => this.#events.emit('refused', refusal))
    this.#peers.on('error', (error) => this.#events.emit('error', error))
    this.#peers.on('log', ({ from, bytes }) => this.#logs.receive(from, bytes))
    this.#peers.on('signal', ({ from, bytes }) => this.#handleSignal(from, bytes))
    this.#peers.on('linked', ({ peer, publicKey }) => this.#logs.link(peer, publicKey))
    this.#peers.on('unlinked', (peer) => this.#logs.unlink(peer))
    this.#logs = this.#openLogs()
    signaling.on('state', (state) => this.#handleSignaling(state))
    signaling.on('unnamed', (addresses) => this.#peers.unname(addresses))
    signaling.on('peers', (addresses) => this.#peers.want(addresses))
    signaling.on('box', ({ from, box }) => this.#peers.receive(from, box))
  }

  /** the full room link, secret in the fragment: whoever has it can come in */
  get link(): string {
    return this.deps.link.link
  }

  get self(): { readonly id: PeerId; readonly name: string } {
    return { id: this.deps.self.key.id, name: this.#record.name }
  }

  /**
   * Announces this peer and resolves when a server has let it in, or after 5 s without an answer: then
   * `status().signaling` says so and it goes on trying.
   * @throws RoomError 'refused' when the server will not have this peer in the room
   */
  async enter(): Promise<void> {
    const { signaling, clock } = this.deps
    const ended: (() => void)[] = []
    try {
      await Promise.all([this.#record.sign(), this.#logs.opened()])
      // It may have been left meanwhile.
      this.#assertOpen()
      await new Promise<void>((resolve, reject) => {
        const settle = (state: SignalingState) => {
          if (state.kind === 'connected') resolve()
          if (state.kind === 'refused') reject(new RoomError('refused', state.reason))
        }
        ended.push(clock.after(JOIN_PATIENCE, resolve), signaling.on('state', settle))
        signaling.open()
      })
      const { fault } = this.deps.memory
      // Whoever joins listens from then on.
      if (fault !== undefined) clock.after(0, () => this.#logs.tellUnkept(fault))
    } catch (error) {
      await this.leave()
      throw error
    } finally {
      for (const end of ended) end()
    }
  }

  /** The others, those who are gone last. The same array until something changes. */
  members(): readonly Member[] {
    return this.#peers.members
  }

  status(): RoomStatus {
    return this.#status
  }

  /**
   * Says something to one person alone, now or when they are back.
   * @param content a text, or anything else that a log takes
   * @returns its id, once that person's browser has it; until then it is kept, also when this page is loaded again
   * @throws RoomError 'unknown-peer' | 'overloaded' (too much waits for that person) | 'too-large' | 'bad-data' | 'left'
   *   (it goes out when both are in the room again) | 'forked' | 'not-stored' (it was not said)
   */
  async send(peer: string, content: Writable | string): Promise<EntryId> {
    this.#assertOpen()
    // Who was met before is known from the log.
    await this.#logs.opened()
    return (await this.#logs.send(this.#idOf(peer), content)).id
  }

  /**
   * Says something to everyone, those who come later as well. `receipt` events and `delivery` tell how far it has come.
   * @param content a text, or anything else that a log takes
   * @returns its id, once it is kept here and under way
   * @throws RoomError 'too-large' | 'bad-data' | 'left' | 'forked' | 'not-stored' (it was not said)
   */
  async broadcast(content: Writable | string): Promise<EntryId> {
    this.#assertOpen()
    return (await this.#logs.broadcast(content)).id
  }

  /**
   * What was said, a page at a time from the newest on: to everyone, or between this peer and `with`.
   * @param options.before the first of what was read last; without it the newest
   * @param options.limit 1 to 1000, else 100
   * @throws RoomError 'left' | 'bad-data' for a `before` that is no position | 'not-stored' (what is kept cannot be read)
   */
  async history(options: HistoryOptions = {}): Promise<HistoryPage> {
    this.#assertOpen()
    return this.#logs.history(options)
  }

  /** Those with whom something was said alone, who may be away. The room has to be entered. */
  conversations(): readonly PeerId[] {
    return this.#logs.conversations
  }

  /** How many have an entry of one's own, and of how many: those who are here, and those who have it. */
  delivery(id: EntryId): { readonly delivered: number; readonly of: number } {
    const { to, seq = 0 } = parseEntryId(id) ?? {}
    const reached = (peer: PeerId) => this.#logs.reached(peer, to !== undefined) >= seq
    if (to !== undefined) return { delivered: reached(to) ? 1 : 0, of: 1 }
    const members = this.members().filter((member) => member.status !== 'gone' || reached(member.id))
    return { delivered: members.filter((member) => reached(member.id)).length, of: members.length }
  }

  /**
   * Tells something of the moment, such as that one is typing: to everyone who is linked, or to one of them. It may be lost,
   * and nothing is kept of it.
   * @returns whether it was sent to anybody; more than about 18 a second are not
   * @throws RoomError 'bad-data' | 'too-large' (4 KiB) | 'left'
   */
  signal(topic: string, data: Data = null, { to }: { readonly to?: PeerId } = {}): boolean {
    this.#assertOpen()
    const linked = this.members()
      .filter(({ reach }) => reach === 'direct')
      .map(({ id }) => id)
    return this.#signals.send(
      to === undefined ? linked : linked.filter((id) => id === to),
      topic,
      data,
      to !== undefined,
    )
  }

  /**
   * Asks one member.
   * @returns what its handler for `topic` answered
   * @throws RoomError 'timeout' | 'aborted' | 'no-handler' | 'handler-failed' | 'unknown-peer' | 'unreachable' |
   *   'overloaded' | 'too-large' | 'bad-data' | 'left'
   */
  async request(peer: string, topic: string, body: Data = null, options?: RequestOptions): Promise<Data> {
    this.#assertOpen()
    return this.#requests.ask(this.#idOf(peer), topic, body, options)
  }

  /**
   * Answers requests for `topic`; what the handler throws reaches the one who asked as 'handler-failed'.
   * @returns what unregisters it
   * @throws RoomError 'bad-data' for a topic that cannot be sent
   */
  handle(topic: string, handler: Handler): () => void {
    return this.#requests.handle(topic, handler)
  }

  /**
   * Changes one's own name for everybody, and remembers it.
   * @throws RoomError 'bad-data' for an empty or overlong name | 'not-stored' | 'left'
   */
  async rename(name: string): Promise<void> {
    this.#assertOpen()
    const trimmed = cleanName(name)
    if (trimmed === undefined) throw new RoomError('bad-data', `A name has 1 to ${MAX_NAME_LENGTH} characters.`)
    await this.#record.rename(trimmed)
    this.#assertOpen()
    this.#peers.describe(encodePayload({ kind: 'record', record: this.#record.bytes }))
    try {
      await rememberName(this.deps.store, trimmed)
    } catch (error) {
      throw new RoomError('not-stored', `The browser does not remember the name: ${String(error)}`)
    }
  }

  /**
   * What two people compare, by telephone or side by side, to know that nobody stands between them.
   * @returns 8 groups of 5 digits, the same on both screens
   * @throws RoomError 'unknown-peer'
   */
  safetyCode(peer: string): string {
    return safetyCode(this.id, this.self.id, this.#idOf(peer))
  }

  /**
   * Marks a member, with whom the safety code was compared, as verified, or takes that back. It holds for the member's
   * key, in this browser, until taken back.
   * @throws RoomError 'unknown-peer' | 'not-stored' (it holds until the page is left) | 'left'
   */
  async setVerified(peer: string, isVerified: boolean): Promise<void> {
    this.#assertOpen()
    try {
      await this.#peers.verify(this.#idOf(peer), isVerified)
    } catch (error) {
      if (error instanceof RoomError) throw error
      throw new RoomError('not-stored', `The browser does not remember it: ${String(error)}`)
    }
  }

  /** Says good-bye to everyone and closes everything. Leaving twice is safe. */
  leave(): Promise<void> {
    if (this.#leaving !== undefined) return this.#leaving
    let settle: (left: Promise<void>) => void = () => {}
    // Whoever is told of it below, and leaves as well, finds that it is under way.
    const leaving = new Promise<void>((resolve) => {
      settle = resolve
    })
    this.#leaving = leaving
    settle(this.#leave())
    return leaving
  }

  /**
   * Leaves, and removes all that this browser keeps of the room: what was said, the keys, who is verified, the password.
   * Others keep what they have.
   * @throws RoomError 'not-stored' when something would not go, because another tab is in the room
   */
  async forget(): Promise<void> {
    await this.leave()
    try {
      await this.deps.memory.forget()
    } catch (error) {
      throw new RoomError('not-stored', `Not all of it could be removed: ${String(error)}`)
    }
  }

  async #leave(): Promise<void> {
    const left = new RoomError('left', 'The room was left.')
    this.#changeStatus({ state: 'left' })
    this.#peers.sayBye()
    this.deps.signaling.close()
    this.#requests.fail(left)
    await Promise.all([this.#peers.close(LEAVE_LINGER, left), this.#logs.close()])
    this.#events.clear()
  }

  #openLogs(): RoomLogs {
    const { self, keys } = this.deps
    return new RoomLogs({
      ...this.deps,
      room: keys.id,
      key: self.key,
      nameOf: (author) => this.#nameOf(author),
      keyOf: (peer) => this.#peers.get(peer)?.publicKey,
      ownName: () => this.#record.name,
      send: (to, message) => this.#peers.get(to)?.tell({ kind: 'log', message }),
      queued: (to) => this.#peers.get(to)?.queued ?? 0,
      onOffence: (peer, what) => this.#peers.get(peer)?.offend(what),
      emit: this.#events.emit.bind(this.#events),
    })
  }

  #nameOf(author: PeerId): string | undefined {
    return author === this.self.id ? this.#record.name : this.#peers.get(author)?.name
  }

  #handleSignal(from: PeerId, bytes: Uint8Array): void {
    const signal = this.#signals.receive(from, bytes)
    if (signal && this.#status.state === 'open') this.#events.emit('signal', signal)
  }

  #makePeers(): Peers {
    const { self, keys, link, random, signatures, signaling, iceServers } = this.deps
    const { key, address } = self
    const sealer = new Sealer({ room: keys.id, sealingKey: keys.sealing, address, key, signatures, random })
    return new Peers({
      ...this.deps,
      room: keys.id,
      self: { id: key.id, address, record: this.#record },
      sealer,
      signaling: {
        get state() {
          return signaling.state
        },
        get iceServers() {
          return iceServers ?? signaling.iceServers
        },
        deliver: (to, box) => signaling.deliver(to, box),
      },
      isNamed: link.address.kind === 'named',
    })
  }

  #handleSignaling(state: SignalingState): void {
    const wasConnected = this.#status.signaling.kind === 'connected'
    this.#changeStatus({ signaling: state })
    if (state.kind === 'connected' && !wasConnected) this.#peers.renew()
  }

  #handlePayload(remote: RemotePeer, from: PeerId, bytes: Uint8Array): void {
    const decoded = decodePayload(bytes)
    if (this.#status.state === 'left') return
    if (!decoded.ok) return remote.offend(decoded.reason)
    const payload = decoded.value
    switch (payload.kind) {
      case 'request':
        return void this.#requests.serve(from, payload)
      case 'answer':
      case 'refusal':
        return this.#requests.settle(from, payload)
      case 'record':
        return remote.describe(payload.record)
      default:
        return assertNever(payload)
    }
  }

  /** @throws RoomError 'unknown-peer' */
  #idOf(peer: string): PeerId {
    if (isPeerId(peer) && (this.#peers.get(peer) || this.#logs.isKnown(peer))) return peer
    const details = isPeerId(peer) ? { peer } : {}
    throw new RoomError('unknown-peer', `There is no member ${peer.slice(0, 64)}.`, details)
  }

  #push(peer: PeerId, payload: Uint8Array, settle: Settle): void {
    const remote = this.#peers.get(peer)
    if (!remote?.expected) return settle(new RoomError('unreachable', `${remote?.name ?? peer} is gone.`, { peer }))
    const overload = remote.session.overload(payload.length)
    if (overload) settle(overload)
    else remote.session.push(payload, settle)
  }

  #changeStatus(change: Partial<RoomStatus>): void {
    this.#status = { ...this.#status, ...change }
    this.#events.emit('status', this.#status)
  }

  #assertOpen(): void {
    if (this.#status.state === 'left') throw new RoomError('left', 'The room was left.')
  }
}
