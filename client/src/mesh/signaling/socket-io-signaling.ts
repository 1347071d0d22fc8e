/**
 * Introductions by one Socket.IO server, over a line to it. Every answer passes the contract's schemas: a server is not
 * trusted either. Rules SI1-SI5, SG1-SG9.
 */
import * as v from 'valibot'
import {
  type Address,
  CONTRACT_VERSION,
  DoneReplySchema,
  type IceServer,
  JoinReplySchema,
  type RoomId,
  SignalDeliverySchema,
  type Token,
  TokenSchema,
} from '../../../../signaling-server/src/contract'
import { TokenBucket } from '../../../../signaling-server/src/rate'
import type { Delivery } from '../link/introducer'
import { toBase64Url } from '../protocol/base64url'
import { SERVER_BOX_BURST, SERVER_BOXES_PER_SECOND } from '../protocol/limits'
import { type Clock, type Millis, seconds } from '../runtime/clock'
import { Emitter } from '../runtime/emitter'
import type { Random } from '../runtime/random'
import { REPLY_TIMEOUT, type ServerLine } from './server-line'
import type { Signaling, SignalingEvents, SignalingState } from './signaling'

/**
 * Bounds of the pause before each try to connect again: after a restart everyone is announced again within about 2.5 s,
 * and never all at one moment. Drawn here because socket.io-client caps its pauses after adding the jitter: after a
 * few tries everybody's are the longest.
 */
const RECONNECT_DELAY_MIN: Millis = 500
const RECONNECT_DELAY_MAX: Millis = 2000

/** Makes a place in a room this peer's own (SG4). */
const TOKEN_BYTES = 16

/** By then a server that can be reached has taken the connection, and has had as long again to answer on it. */
const HANDSHAKE_PATIENCE: Millis = 2 * REPLY_TIMEOUT

const NO_ANSWER = 'The server does not answer.'

/** A full room may have a place again soon. */
const RETRY_AFTER_REFUSAL: Millis = seconds(5)

export interface SocketIoSignalingDeps {
  readonly line: ServerLine
  readonly room: RoomId
  readonly self: Address
  readonly clock: Clock
  readonly random: Random
}

export class SocketIoSignaling implements Signaling {
  readonly #events = new Emitter<SignalingEvents>()
  readonly #socket: ServerLine['socket']
  #state: SignalingState = { kind: 'connecting' }
  #iceServers: readonly IceServer[] = []
  /** Whom it named at the last announcement. */
  #named: readonly Address[] = []
  #cancelRetry = () => {}
  #isOpen = false
  #closed = false
  /** One that floods uses up its own share, not that of other servers. */
  readonly #boxes: TokenBucket

  /** Of this stay at this server, and never told to another: it could take the place at this one. */
  readonly #token: Token

  readonly on = this.#events.on.bind(this.#events)

  constructor(private readonly deps: SocketIoSignalingDeps) {
    this.#boxes = new TokenBucket({ burst: SERVER_BOX_BURST, perSecond: SERVER_BOXES_PER_SECOND }, () =>
      deps.clock.now(),
    )
    this.#token = v.parse(TokenSchema, toBase64Url(deps.random.bytes(TOKEN_BYTES)))
    this.#socket = deps.line.socket
    this.#socket.on('connect', () => this.#isOpen && void this.#join())
    this.#socket.on('disconnect', (reason) => this.#isOpen && this.#handleDisconnect(reason))
    this.#socket.on('connect_error', (error) => this.#isOpen && this.#handleConnectError(error))
    this.#socket.on('refused', (refusal) => this.#handleRefusal(refusal))
    this.#socket.on('signal', (delivery) => this.#handleSignal(delivery))
  }

  get state(): SignalingState {
    return this.#state
  }

  get iceServers(): readonly IceServer[] {
    return this.#iceServers
  }

  open(): void {
    if (this.#closed) return
    this.#isOpen = true
    if (this.#socket.connected) void this.#join()
    else this.#dial()
  }

  async deliver(to: Address, box: Uint8Array): Promise<Delivery> {
    if (this.#state.kind !== 'connected') return 'unavailable'
    const { room } = this.deps
    const reply = await this.#ask(DoneReplySchema, () =>
      this.#socket.timeout(REPLY_TIMEOUT).emitWithAck('signal', { room, to, box }),
    )
    if (reply?.ok) return 'delivered'
    if (reply?.reason === 'not-joined') void this.#join()
    return reply?.reason === 'not-here' ? 'not-here' : 'unavailable'
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry()
    this.#events.clear()
    // Disconnecting is leaving: the server forgets a socket's rooms with it.
    this.deps.line.hangUp()
  }

  async #join(): Promise<void> {
    this.#cancelRetry()
    const { room, self } = this.deps
    const request = { v: CONTRACT_VERSION, room, peer: self, token: this.#token } as const
    const reply = await this.#ask(JoinReplySchema, () =>
      this.#socket.timeout(REPLY_TIMEOUT).emitWithAck('join', request),
    )
    if (!this.#socket.connected) return
    if (reply?.ok) {
      this.#iceServers = reply.iceServers
      this.#tellUnnamed(reply.peers)
      this.#change({ kind: 'connected', server: this.deps.line.server })
      this.#events.emit('peers', reply.peers)
      return
    }
    if (reply) this.#change({ kind: 'refused', reason: reply.message })
    else this.#change({ kind: 'unreachable', reason: NO_ANSWER })
    this.#retry(RETRY_AFTER_REFUSAL, () => void this.#join())
  }

  /** @returns what the server answered, or undefined when it gave no answer or nonsense */
  async #ask<Schema extends v.GenericSchema>(
    schema: Schema,
    emit: () => Promise<unknown>,
  ): Promise<v.InferOutput<Schema> | undefined> {
    try {
      const reply = v.safeParse(schema, await emit())
      return reply.success ? reply.output : undefined
    } catch {
      // socket.io-client rejects when no answer came in time, or the connection ended first.
      return undefined
    }
  }

  #tellUnnamed(peers: readonly Address[]): void {
    const unnamed = this.#named.filter((address) => !peers.includes(address))
    this.#named = peers
    if (unnamed.length > 0) this.#events.emit('unnamed', unnamed)
  }

  #handleDisconnect(reason: string): void {
    if (reason === 'io client disconnect') return
    const isHangUp = reason === 'io server disconnect'
    // A server that hangs up has just said why; that is worth more than that it did.
    if (!isHangUp || this.#state.kind !== 'refused') {
      this.#change({ kind: 'unreachable', reason: 'The connection to the server was lost.' })
    }
    this.#reconnect(isHangUp ? RETRY_AFTER_REFUSAL : this.#pause())
  }

  #handleConnectError(error: Error): void {
    this.#change({ kind: 'unreachable', reason: error.message })
    this.#reconnect(this.#pause())
  }

  #reconnect(delay: Millis): void {
    this.#retry(delay, () => this.#dial())
  }

  /** That a server cannot be reached is told; that it says nothing on a connection that it took is not. */
  #dial(): void {
    this.deps.line.dial()
    this.#retry(HANDSHAKE_PATIENCE, () => {
      this.deps.line.hangUp()
      this.#change({ kind: 'unreachable', reason: NO_ANSWER })
      this.#dial()
    })
  }

  #retry(delay: Millis, attempt: () => void): void {
    this.#cancelRetry()
    this.#cancelRetry = this.deps.clock.after(delay, attempt)
  }

  #pause(): Millis {
    return RECONNECT_DELAY_MIN + this.deps.random.fraction() * (RECONNECT_DELAY_MAX - RECONNECT_DELAY_MIN)
  }

  #handleRefusal(refusal: unknown): void {
    const parsed = v.safeParse(DoneReplySchema, refusal)
    if (parsed.success && !parsed.output.ok) this.#change({ kind: 'refused', reason: parsed.output.message })
  }

  #handleSignal(delivery: unknown): void {
    const parsed = v.safeParse(SignalDeliverySchema, delivery)
    if (!parsed.success || parsed.output.room !== this.deps.room || !this.#boxes.take()) return
    this.#events.emit('box', { from: parsed.output.from, box: parsed.output.box })
  }

  #change(state: SignalingState): void {
    if (words(state) === words(this.#state) && state.kind === this.#state.kind) return
    this.#state = state
    this.#events.emit('state', state)
  }
}

function words(state: SignalingState): string {
  switch (state.kind) {
    case 'connecting':
      return ''
    case 'connected':
      return state.server
    case 'unreachable':
    case 'refused':
      return state.reason
  }
}
