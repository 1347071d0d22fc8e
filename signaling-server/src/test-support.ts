/**
 * What the server's tests share: people with names, servers on free ports, and clients that connect as they would, or
 * as they should not. Nothing here sleeps: whoever waits, waits for an event.
 */
import { createServer } from 'node:http'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import * as v from 'valibot'
import { expect } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import {
  type Address,
  AddressSchema,
  CONTRACT_VERSION,
  type DoneReply,
  DoneReplySchema,
  type JoinReply,
  JoinReplySchema,
  type Refused,
  type RoomId,
  RoomIdSchema,
  type SignalDelivery,
  SignalDeliverySchema,
  type Token,
  TokenSchema,
} from './contract'
import { attachSignaling, type Signaling, type SignalingOptions } from './signaling'

/** Where Engine.IO takes WebSockets. */
export const SIGNALING_PATH = '/socket.io/?EIO=4&transport=websocket'

export const GARDEN = roomId('garden')
export const CELLAR = roomId('cellar')

/** Like 'alice-----------------', which is as good an id as any. */
export function peerId(name: string): Address {
  return v.parse(AddressSchema, name.padEnd(22, '-'))
}

export function roomId(name: string): RoomId {
  return v.parse(RoomIdSchema, name.padEnd(22, '-'))
}

export function tokenOf(name: string): Token {
  return v.parse(TokenSchema, `token-of-${name}`.padEnd(22, '-'))
}

export function box(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** @returns how the server answers one who asks for a WebSocket: 101 when it gets one, which it then ends */
export function knock(
  port: number,
  { path = SIGNALING_PATH, ...options }: ClientOptions & { readonly path?: string } = {},
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://localhost:${port}${path}`, options)
    socket.once('open', () => {
      socket.terminate()
      socket.once('close', () => resolve({ status: 101, text: '' }))
    })
    socket.once('unexpected-response', (_request, response) => {
      let text = ''
      response.on('data', (part: Buffer) => {
        text += part
      })
      response.once('end', () => resolve({ status: response.statusCode, text }))
    })
    socket.once('error', reject)
  })
}

/** Keeps what has come until it is asked for, and the one who asks until something comes. */
export class Inbox<Item> {
  private readonly items: Item[] = []
  private readonly waiting: ((item: Item) => void)[] = []

  put(item: Item): void {
    const next = this.waiting.shift()
    if (next) next(item)
    else this.items.push(item)
  }

  next(): Promise<Item> {
    const item = this.items.shift()
    return item === undefined ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve(item)
  }

  get size(): number {
    return this.items.length
  }
}

export class TestClient {
  readonly signals = new Inbox<SignalDelivery>()
  readonly refusals = new Inbox<Refused>()
  /** why the connection ended */
  readonly ended: Promise<string>

  /** Untyped on purpose: many a test says what the types forbid. */
  constructor(readonly socket: Socket) {
    socket.on('signal', (delivery: unknown) => this.signals.put(v.parse(SignalDeliverySchema, delivery)))
    socket.on('refused', (refused: Refused) => this.refusals.put(refused))
    this.ended = new Promise((resolve) => socket.once('disconnect', resolve))
  }

  /** Sends any event with any payload. */
  async ask(event: string, ...args: unknown[]): Promise<DoneReply> {
    return v.parse(DoneReplySchema, await this.socket.emitWithAck(event, ...args))
  }

  /** @param token what the place is taken with; the same for everybody unless the test is about it */
  async join(room: RoomId, peer: Address, token = tokenOf('anybody')): Promise<JoinReply> {
    return v.parse(JoinReplySchema, await this.socket.emitWithAck('join', { v: CONTRACT_VERSION, room, peer, token }))
  }

  signal(room: RoomId, to: Address, content: Uint8Array): Promise<DoneReply> {
    return this.ask('signal', { room, to, box: content })
  }

  leave(room: RoomId): Promise<DoneReply> {
    return this.ask('leave', { room })
  }
}

interface Pair {
  readonly a: TestClient
  readonly b: TestClient
}

/** Alice and bob signal each other as if nobody else were there. */
export async function expectUndisturbed({ a, b }: Pair): Promise<void> {
  expect(await a.signal(GARDEN, peerId('bob'), box('all well?'))).toEqual({ ok: true })
  expect((await b.signals.next()).from).toBe(peerId('alice'))
  expect(await b.signal(GARDEN, peerId('alice'), box('all well'))).toEqual({ ok: true })
  expect((await a.signals.next()).from).toBe(peerId('bob'))
  expect([a.refusals.size, b.refusals.size, a.signals.size, b.signals.size]).toEqual([0, 0, 0, 0])
}

/** Starts servers, connects clients, and ends all of them after the test. */
export class Stage {
  private readonly sockets: { close(): void }[] = []
  private readonly servers: Signaling[] = []

  async start(
    options?: SignalingOptions,
    port = 0,
    webServer = createServer(),
  ): Promise<{ readonly signaling: Signaling; readonly port: number }> {
    const signaling = attachSignaling(webServer, options)
    this.servers.push(signaling)
    await new Promise<void>((resolve) => webServer.listen(port, resolve))
    const address = webServer.address()
    if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
    return { signaling, port: address.port }
  }

  async connect(port: number, options: Partial<ManagerOptions & SocketOptions> = {}): Promise<TestClient> {
    const socket = io(`http://localhost:${port}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      ...options,
    })
    this.sockets.push(socket)
    const client = new TestClient(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
    })
    return client
  }

  /** Two in the garden who behave, to see that they notice nothing. */
  async connectAliceAndBob(port: number): Promise<Pair> {
    const [a, b] = await Promise.all([this.connect(port), this.connect(port)])
    await a.join(GARDEN, peerId('alice'))
    await b.join(GARDEN, peerId('bob'))
    return { a, b }
  }

  /**
   * A client that speaks below Socket.IO's library; its WebSocket is open, and no more.
   * @param options headers, for example, or the local address
   */
  async connectRaw(port: number, options: ClientOptions = {}): Promise<RawClient> {
    const socket = new WebSocket(`ws://localhost:${port}${SIGNALING_PATH}`, options)
    this.sockets.push({ close: () => socket.terminate() })
    const client = new RawClient(socket)
    await client.messages.next()
    return client
  }

  async end(): Promise<void> {
    for (const socket of this.sockets.splice(0)) socket.close()
    await Promise.all(this.servers.splice(0).map((server) => server.close()))
  }
}

export class RawClient {
  readonly messages = new Inbox<string>()
  readonly ended: Promise<number>

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => this.messages.put(String(data)))
    this.ended = new Promise((resolve) => socket.once('close', resolve))
  }

  /** Goes through Socket.IO's own handshake. */
  async enter(): Promise<void> {
    this.socket.send('40')
    await this.messages.next()
  }

  /** @returns the acknowledgement as it came over the wire */
  ask(event: string, payload: unknown): Promise<string> {
    this.socket.send(`421${JSON.stringify([event, payload])}`)
    return this.messages.next()
  }
}

/** Who was in the room, by name. */
export function namesIn(reply: JoinReply): readonly string[] {
  if (!reply.ok) throw new Error(`not let in: ${reply.reason}, ${reply.message}`)
  return reply.peers.map((peer) => peer.replace(/-+$/, ''))
}
