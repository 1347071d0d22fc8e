/**
 * The facade: one stay of this peer in one room. It wires signaling, dialer, remote peers, roster and
 * requests together, and is what applications hold. Each rule lives in the layer that it calls.
 */

import { deriveRoomId } from './identity/room-keys'
import type { RoomLink } from './identity/room-link'
import { Dialer } from './link/dialer'
import type { Link, LinkFactory } from './link/link'
import { cleanName, rememberName } from './membership/names'
import { type Member, Roster } from './membership/roster'
import { type Message, Messages, messageId, type Receipt } from './messaging/messages'
import { type Handler, type RequestOptions, Requests } from './messaging/requests'
import type { Settle } from './messaging/session'
import type { Data } from './protocol/data'
import { RoomError } from './protocol/errors'
import { isPeerId, newSessionId, type PeerId, type RoomId } from './protocol/ids'
import { MAX_NAME_LENGTH } from './protocol/limits'
import { decodePayload, encodePayload, type Payload } from './protocol/payloads'
import { RemotePeer } from './remote-peer'
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

export type RoomEvents = {
  message: Message
  members: readonly Member[]
  receipt: Receipt
  status: RoomStatus
  error: RoomError
}

export interface RoomDeps {
  readonly link: RoomLink
  readonly self: { readonly id: PeerId; readonly name: string }
  readonly clock: Clock
  readonly random: Random
  readonly store: Store
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
  readonly #peers = new Map<PeerId, RemotePeer>()
  /** Of whom people were told that they use another version; once is enough. */
  readonly #incompatible = new Set<PeerId>()
  readonly #roster: Roster
  readonly #dialer: Dialer
  readonly #messages: Messages
  readonly #requests: Requests
  #self: { readonly id: PeerId; readonly name: string }
  #status: RoomStatus
  #leaving: Promise<void> | undefined

  /** Applications call `joinRoom`; this takes the ports ready-made. */
  constructor(private readonly deps: RoomDeps) {
    const { clock, random, links, signaling } = deps
    this.id = deriveRoomId(deps.link.address)
    this.on = this.#events.on.bind(this.#events)
    this.#self = deps.self
    this.#status = { state: 'open', signaling: signaling.state }
    this.#roster = new Roster({ clock, onChange: (members) => this.#events.emit('members', members) })
    this.#messages = new Messages({
      self: deps.self.id,
      clock,
      onReceipt: (receipt) => this.#events.emit('receipt', receipt),
      onOverload: (error) => this.#events.emit('error', error),
    })
    this.#requests = new Requests({ clock, push: (peer, payload, settle) => this.#push(peer, payload, settle) })
    this.#dialer = new Dialer({ self: deps.self.id, clock, random, links, goBetween: this.#goBetween() })
    this.#dialer.on('link', ({ peer, link }) => this.#handleLink(peer, link))
    this.#dialer.on('unlinked', ({ peer }) => this.#handleUnlinked(peer))
    this.#dialer.on('unreachable', ({ peer }) => this.#handleUnreachable(peer))
    this.#dialer.on('not-here', ({ peer }) => this.#handleNotHere(peer))
    signaling.on('state', (state) => this.#handleSignaling(state))
    signaling.on('peers', (peers) => this.#handlePeers(peers))
    signaling.on('box', ({ from, box }) => void this.#dialer.receive(from, box))
  }

  /** the full room link, secret in the fragment: whoever has it can come in */
  get link(): string {
    return this.deps.link.link
  }

  get self(): { readonly id: PeerId; readonly name: string } {
    return this.#self
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
      await new Promise<void>((resolve, reject) => {
        const settle = (state: SignalingState) => {
          if (state.kind === 'connected') resolve()
          if (state.kind === 'refused') reject(new RoomError('refused', state.reason))
        }
        ended.push(clock.after(JOIN_PATIENCE, resolve), signaling.on('state', settle))
        signaling.open()
      })
    } catch (error) {
      await this.leave()
      throw error
    } finally {
      for (const end of ended) end()
    }
  }

  /** The others, those who are gone last. The same array until something changes. */
  members(): readonly Member[] {
    return this.#roster.members
  }

  status(): RoomStatus {
    return this.#status
  }

  /**
   * Sends to one member alone.
   * @returns once that member's browser has acknowledged it
   * @throws RoomError 'unknown-peer' | 'unreachable' | 'overloaded' | 'too-large' | 'bad-data' | 'left'
   */
  async send(peer: string, data: Data): Promise<void> {
    this.#assertOpen()
    const id = this.#idOf(peer)
    const { bytes } = this.#messages.encode(data, true)
    await new Promise<void>((resolve, reject) => {
      this.#push(id, bytes, (error) => (error ? reject(error) : resolve()))
    })
  }

  /**
   * Sends to every member. Whoever comes later does not get it: right after joining there may be nobody yet, see
   * `members`. `receipt` events tell how far it has come, the first one at once, also when there is nobody; an
   * `error` event names a member that could not take it, because too much waits for it already.
   * @returns the message's id, once it is under way
   * @throws RoomError 'overloaded' (no member can take it now) | 'too-large' | 'bad-data' | 'left'
   */
  async broadcast(data: Data): Promise<string> {
    this.#assertOpen()
    const members = [...this.#peers].filter(([, remote]) => remote.expected)
    return this.#messages.broadcast(data, new Map(members.map(([id, { session }]) => [id, session])))
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
    this.#self = { ...this.#self, name: trimmed }
    const payload = encodePayload({ kind: 'rename', name: trimmed })
    // Whoever is lost meanwhile learns the name from the next hello. Whoever is linked has had a hello with the old one,
    // even where its own has not come yet.
    for (const remote of this.#peers.values())
      if (remote.expected || remote.linked) remote.session.push(payload, () => {})
    try {
      await rememberName(this.deps.store, trimmed)
    } catch (error) {
      throw new RoomError('not-stored', `The browser does not remember the name: ${String(error)}`)
    }
  }

  /** Says good-bye to everyone and closes everything. Leaving twice is safe. */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave()
    return this.#leaving
  }

  async #leave(): Promise<void> {
    const left = new RoomError('left', 'The room was left.')
    this.#changeStatus({ state: 'left' })
    for (const remote of this.#peers.values()) remote.sayBye()
    this.deps.signaling.close()
    this.#requests.fail(left)
    await this.#dialer.close(LEAVE_LINGER)
    for (const remote of this.#peers.values()) remote.stop(left)
    this.#roster.stop()
    this.#events.clear()
  }

  #goBetween() {
    const { signaling, iceServers } = this.deps
    return {
      get available() {
        return signaling.state.kind === 'connected'
      },
      get iceServers() {
        return iceServers ?? signaling.iceServers
      },
      deliver: (to: PeerId, box: Uint8Array) => signaling.deliver(to, box),
    }
  }

  #handleSignaling(state: SignalingState): void {
    const wasConnected = this.#status.signaling.kind === 'connected'
    this.#changeStatus({ signaling: state })
    if (state.kind === 'connected' && !wasConnected) this.#dialer.renew()
  }

  #handlePeers(peers: readonly PeerId[]): void {
    for (const peer of peers) this.#dialer.want(peer)
  }

  #handleLink(id: PeerId, link: Link): void {
    const remote = this.#peers.get(id) ?? this.#newPeer(id)
    this.#peers.set(id, remote)
    remote.attach(link)
  }

  #handleUnlinked(id: PeerId): void {
    const remote = this.#peers.get(id)
    remote?.detach()
    // Whoever has never said hello leaves nothing to go on with; the dialer still wants a link if it did.
    if (!remote || remote.member) return
    remote.stop(new RoomError('unreachable', 'It never said hello.', { peer: id }))
    this.#peers.delete(id)
  }

  /** Somebody whom the server names and nobody here has met: without a word the room would just look empty. */
  #handleUnreachable(peer: PeerId): void {
    if (this.#peers.get(peer)?.member) return
    const why = 'no direct connection comes about. Networks that let none through need a TURN server.'
    this.#events.emit(
      'error',
      new RoomError('unreachable', `Somebody in this room cannot be reached: ${why}`, { peer }),
    )
  }

  #newPeer(id: PeerId): RemotePeer {
    const remote = new RemotePeer({
      id,
      clock: this.deps.clock,
      instance: newSessionId(this.deps.random),
      ownName: () => this.#self.name,
      onPayload: (payload) => this.#handlePayload(remote, id, payload),
      onChange: () => this.#recordMember(remote),
      onLeft: () => this.#dialer.forget(id),
      onGivenUp: (error) => this.#requests.fail(error, id),
      onSilent: () => this.#dialer.redial(id),
      onIncompatible: (error) => {
        this.#dialer.forget(id)
        if (!this.#incompatible.has(id)) this.#events.emit('error', error)
        this.#incompatible.add(id)
      },
    })
    return remote
  }

  #recordMember(remote: RemotePeer): void {
    const { member } = remote
    if (!member || this.#status.state === 'left') return
    for (const id of this.#roster.set(member)) {
      const forgotten = this.#peers.get(id)
      // First of all, so that the end of its link does not put it on the roster again.
      this.#peers.delete(id)
      this.#dialer.forget(id)
      forgotten?.stop(new RoomError('unreachable', 'It left long ago.', { peer: id }))
    }
  }

  #handleNotHere(id: PeerId): void {
    const remote = this.#peers.get(id)
    // Whoever is heard is here, whatever the server says.
    if (remote?.heard) return
    remote?.lost()
    if (!remote?.linked) this.#dialer.forget(id)
  }

  #handlePayload(remote: RemotePeer, from: PeerId, bytes: Uint8Array): void {
    const decoded = decodePayload(bytes)
    if (!decoded.ok || this.#status.state === 'left') return
    const payload = decoded.value
    switch (payload.kind) {
      case 'message':
        return this.#handleMessage(remote, from, payload)
      case 'request':
        return void this.#requests.serve(from, payload)
      case 'answer':
      case 'refusal':
        return this.#requests.settle(from, payload)
      case 'rename':
        return remote.rename(payload.name)
      default:
        return assertNever(payload)
    }
  }

  #handleMessage(remote: RemotePeer, from: PeerId, payload: Extract<Payload, { kind: 'message' }>): void {
    const { number, data, direct, at } = payload
    const name = remote.member?.name ?? from
    this.#events.emit('message', { id: messageId(from, number), from, name, data, direct, at })
  }

  /** @throws RoomError 'unknown-peer' */
  #idOf(peer: string): PeerId {
    if (isPeerId(peer) && this.#peers.get(peer)?.member) return peer
    const details = isPeerId(peer) ? { peer } : {}
    throw new RoomError('unknown-peer', `There is no member ${peer.slice(0, 64)}.`, details)
  }

  #push(peer: PeerId, payload: Uint8Array, settle: Settle): void {
    const remote = this.#peers.get(peer)
    if (!remote?.expected)
      return settle(new RoomError('unreachable', `${remote?.member?.name ?? peer} is gone.`, { peer }))
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
