/**
 * One raw connection, below Socket.IO's events: how much comes in, whatever it is, how many bytes wait to go out, and
 * its end, after which nothing more is read from it. Uses what Engine.IO and Node document, and the WebSocket that
 * Engine.IO's types name. Rules SG7, SG8 and SG11.
 */
import { EventEmitter } from 'node:events'
import type { Limits } from './limits'
import { TokenBucket } from './rate'
import type { Remote } from './remotes'

interface RawConnection extends EventEmitter {
  readonly request: { readonly socket: TcpSocket; readonly websocket?: unknown }
  close(discard?: boolean): void
}

interface TcpSocket extends EventEmitter {
  /** bytes that the system has not taken yet */
  readonly writableLength: number
  destroy(): void
}

interface ConnectionDeps {
  readonly raw: RawConnection
  readonly remote: Pick<Remote, 'requests' | 'rawMessages'>
  readonly limits: Limits
  readonly now: () => number
  /** told once, when this connection has to be ended: for what came over it, or for what it does not read */
  readonly report: (incident: 'cut-off' | 'unread') => void
}

export class Connection {
  private isReported = false
  private waiting = 0
  private readonly messages: TokenBucket
  private readonly bytes: TokenBucket
  private readonly tcp: TcpSocket

  constructor(private readonly deps: ConnectionDeps) {
    const { raw, limits, now } = deps
    this.tcp = raw.request.socket
    this.messages = new TokenBucket({ burst: limits.rawMessageBurst, perSecond: limits.rawMessagesPerSecond }, now)
    this.bytes = new TokenBucket({ burst: limits.rawByteBurst, perSecond: limits.rawBytesPerSecond }, now)
    raw.on('packet', () => this.countMessage())
    this.tcp.on('data', (part: Uint8Array) => {
      if (!this.bytes.take(part.length)) this.cutOff()
    })
    this.watchWebSocket(raw.request.websocket)
    this.watchBacklog()
    raw.once('close', (reason: unknown) => {
      if (reason === 'parse error') this.blame()
      // The closing handshake would leave a flood half a minute in which it is read and thrown away.
      this.tcp.destroy()
    })
  }

  /** @returns whether its address may ask for one thing more; those who share the address may have used it up */
  takeRequest(): boolean {
    return this.deps.remote.requests.take()
  }

  /** Too much waits, because the other side, or the line to it, does not take it. */
  isBehind(): boolean {
    return this.waiting + this.tcp.writableLength > this.deps.limits.backlogBytes
  }

  /** What came over it is why it ends. */
  blame(): void {
    this.report('cut-off')
  }

  /** Ends it on the spot: telling it anything would only make the pile higher. */
  endUnread(): void {
    this.report('unread')
    this.deps.raw.close(true)
  }

  /** To be ended by others, who have something to say before: they have a moment for it. */
  expectEnd(): void {
    this.blame()
    const timer = setTimeout(() => this.tcp.destroy(), this.deps.limits.farewellTimeout)
    this.tcp.once('close', () => clearTimeout(timer))
  }

  private report(incident: 'cut-off' | 'unread'): void {
    if (this.isReported) return
    this.isReported = true
    this.deps.report(incident)
  }

  /** Ends it on the spot, without a word. */
  private cutOff(): void {
    this.blame()
    this.deps.raw.close(true)
  }

  private countMessage(): void {
    if (!this.messages.take() || !this.deps.remote.rawMessages.take()) this.cutOff()
  }

  private watchWebSocket(webSocket: unknown): void {
    if (!(webSocket instanceof EventEmitter)) return
    webSocket.on('ping', () => {
      this.countMessage()
      // A ping is answered before anybody is asked, so what waits would grow by it.
      if (this.isBehind()) this.endUnread()
    })
    webSocket.on('pong', () => this.countMessage())
    webSocket.on('error', (error: NodeJS.ErrnoException) => {
      // Too large, or no WebSocket message at all. A line that broke has another code, and is nobody's fault.
      if (error.code?.startsWith('WS_ERR_')) this.blame()
    })
  }

  private watchBacklog(): void {
    const { raw } = this.deps
    raw.on('packetCreate', (packet: { readonly data?: string | Uint8Array }) => {
      this.waiting += packet.data?.length ?? 0
    })
    // Engine.IO hands everything on at once, but only after the batch before it has left for the network.
    raw.on('flush', () => {
      this.waiting = 0
    })
  }
}
