/**
 * Puts the signaling on a web server: Socket.IO with its doors narrowed, and one Visitor for each connection. Nothing
 * here outlives the process, and nothing is written down but counts. Rules SG1, SG8 and SG9.
 */
import type { Server as HttpServer } from 'node:http'
import type { Http2SecureServer } from 'node:http2'
import { Server } from 'socket.io'
import { limitRawMessages } from './connection'
import type { ClientEvents, IceServer, ServerEvents } from './contract'
import { Introductions } from './introductions'
import { LIMITS, type Limits } from './limits'
import { Visitor } from './visitor'

export interface SignalingOptions {
  /** handed to everybody who joins; none by default */
  readonly iceServers?: readonly IceServer[]
  /** false when others take upgrades on the same port, as Vite's hot reload does; true by default: they are ended */
  readonly destroyUpgrade?: boolean
  /** smaller limits, for tests */
  readonly limits?: Partial<Limits>
  /** milliseconds of a clock that never goes back */
  readonly now?: () => number
  /** lines for the operator; never a room, a peer or a box */
  readonly log?: (line: string) => void
}

export interface Signaling {
  readonly io: Server<ClientEvents, ServerEvents>
  counts(): { readonly connections: number; readonly rooms: number; readonly places: number }
  /** Drops every connection and closes the web server too, as Socket.IO does. Clients come back by themselves. */
  close(): Promise<void>
}

export function attachSignaling(webServer: HttpServer | Http2SecureServer, options: SignalingOptions = {}): Signaling {
  const { iceServers = [], destroyUpgrade = true, now = () => performance.now(), log = () => {} } = options
  const limits: Limits = { ...LIMITS, ...options.limits }
  const io = new Server<ClientEvents, ServerEvents>(webServer, {
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    destroyUpgrade,
    maxHttpBufferSize: limits.messageBytes,
    connectTimeout: limits.connectTimeout,
    pingInterval: limits.pingInterval,
    pingTimeout: limits.pingTimeout,
  })
  const introductions = new Introductions({ limits, iceServers })

  let cutOffs = 0
  const cutOff = () => log(`cut off a client that kept breaking the rules (${++cutOffs} since the start)`)

  io.engine.on('connection', (connection) => limitRawMessages(connection, { limits, now, cutOff }))
  io.on('connection', (socket) => {
    const answer = introductions.answer.bind(introductions)
    const visitor = new Visitor({ socket, limits, now, answer, cutOff })
    socket.on('disconnect', () => {
      introductions.forget(visitor)
      // A second handshake on the same connection would begin with fresh rates.
      socket.conn.close()
    })
  })

  let closing: Promise<void> | undefined
  return {
    io,
    counts: () => ({ connections: io.engine.clientsCount, ...introductions.counts() }),
    close: () => (closing ??= io.close()),
  }
}
