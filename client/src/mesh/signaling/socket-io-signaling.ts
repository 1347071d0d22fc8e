/**
 * Introductions by one Socket.IO server. The only importer of socket.io-client. Every answer passes the
 * contract's schemas: a server is not trusted either. Rules SI1-SI5, SG1-SG9.
 */
import { io, type Socket } from 'socket.io-client'
import * as v from 'valibot'
import {
  type ClientEvents,
  CONTRACT_VERSION,
  DoneReplySchema,
  type IceServer,
  JoinReplySchema,
  type PeerId,
  type RoomId,
  type ServerEvents,
  SignalDeliverySchema,
} from '../../../../signaling-server/src/contract'
import type { Delivery } from '../link/dialer'
import { type Clock, type Millis, seconds } from '../runtime/clock'
import { Emitter } from '../runtime/emitter'
import type { Signaling, SignalingEvents, SignalingState } from './signaling'

/** A server that does not answer within this is as good as gone. */
const REPLY_TIMEOUT: Millis = seconds(5)

/** With jitter 0.4-2.2 s: after a restart everyone is announced again before a newcomer has waited 5 s. */
const RECONNECT_DELAY: Millis = 700
const RECONNECT_DELAY_MAX: Millis = 1500

/** A full room may have a place again soon. */
const REJOIN_AFTER_REFUSAL: Millis = seconds(5)

export interface SocketIoSignalingDeps {
  readonly server: string
  readonly room: RoomId
  readonly self: PeerId
  readonly clock: Clock
}

export class SocketIoSignaling implements Signaling {
  readonly #events = new Emitter<SignalingEvents>()
  readonly #socket: Socket<ServerEvents, ClientEvents>
  #state: SignalingState = { kind: 'connecting' }
  #iceServers: readonly IceServer[] = []
  #cancelRejoin = () => {}

  readonly on = this.#events.on.bind(this.#events)

  constructor(private readonly deps: SocketIoSignalingDeps) {
    this.#socket = io(deps.server, {
      autoConnect: false,
      forceNew: true,
      transports: ['websocket'],
      timeout: REPLY_TIMEOUT,
      reconnectionDelay: RECONNECT_DELAY,
      reconnectionDelayMax: RECONNECT_DELAY_MAX,
    })
    this.#socket.on('connect', () => void this.#join())
    this.#socket.on('disconnect', (reason) => this.#handleDisconnect(reason))
    this.#socket.on('connect_error', (error) => this.#change({ kind: 'unreachable', reason: error.message }))
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
    this.#socket.connect()
  }

  async deliver(to: PeerId, box: Uint8Array): Promise<Delivery> {
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
    this.#cancelRejoin()
    this.#events.clear()
    // Disconnecting is leaving: the server forgets a socket's rooms with it.
    this.#socket.disconnect()
  }

  async #join(): Promise<void> {
    this.#cancelRejoin()
    const { room, self } = this.deps
    const reply = await this.#ask(JoinReplySchema, () =>
      this.#socket.timeout(REPLY_TIMEOUT).emitWithAck('join', { v: CONTRACT_VERSION, room, peer: self }),
    )
    if (!this.#socket.connected) return
    if (reply?.ok) {
      this.#iceServers = reply.iceServers
      this.#change({ kind: 'connected', server: this.deps.server })
      this.#events.emit('peers', reply.peers)
      return
    }
    if (reply) this.#change({ kind: 'refused', reason: reply.message })
    else this.#change({ kind: 'unreachable', reason: 'The server does not answer.' })
    this.#cancelRejoin = this.deps.clock.after(REJOIN_AFTER_REFUSAL, () => void this.#join())
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
      // socket.io-client rejects for one cause alone: no answer in time.
      return undefined
    }
  }

  #handleDisconnect(reason: string): void {
    this.#cancelRejoin()
    if (reason === 'io client disconnect') return
    this.#change({ kind: 'unreachable', reason: 'The connection to the server was lost.' })
    // After a disconnection by the server socket.io-client waits to be told.
    if (reason === 'io server disconnect') {
      this.#cancelRejoin = this.deps.clock.after(REJOIN_AFTER_REFUSAL, () => this.#socket.connect())
    }
  }

  #handleRefusal(refusal: unknown): void {
    const parsed = v.safeParse(DoneReplySchema, refusal)
    if (parsed.success && !parsed.output.ok) this.#change({ kind: 'refused', reason: parsed.output.message })
  }

  #handleSignal(delivery: unknown): void {
    const parsed = v.safeParse(SignalDeliverySchema, delivery)
    if (!parsed.success || parsed.output.room !== this.deps.room) return
    this.#events.emit('box', { from: parsed.output.from, box: parsed.output.box })
  }

  #change(state: SignalingState): void {
    this.#state = state
    this.#events.emit('state', state)
  }
}
