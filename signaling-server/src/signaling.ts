/**
 * Puts the signaling on a web server: Socket.IO with its doors narrowed, a Gate in front, and one Visitor for each
 * connection. Nothing here outlives the process, and nothing is written down but counts. Rules SG1 and SG8-SG12.
 */
import type { Server as HttpServer } from 'node:http'
import type { Http2SecureServer } from 'node:http2'
import { Server } from 'socket.io'
import { Connection } from './connection'
import type { ClientEvents, IceServer, ServerEvents } from './contract'
import { Gate } from './gate'
import { Introductions } from './introductions'
import { LIMITS, type Limits } from './limits'
import { type Origins, OWN_ORIGIN } from './origins'
import { Remotes } from './remotes'
import { Tally } from './tally'
import { Visitor } from './visitor'

export interface SignalingOptions {
  /** handed to everybody who joins; none by default */
  readonly iceServers?: readonly IceServer[]
  /** whose pages are introduced beside the server's own; nobody else's by default */
  readonly origins?: Origins
  /** how many proxies in front tell the truth about where a request comes from; 0 by default */
  readonly trustedProxies?: number
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
  const { iceServers = [], origins = OWN_ORIGIN, trustedProxies = 0, destroyUpgrade = true } = options
  const { now = () => performance.now(), log = () => {} } = options
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
  const answer = introductions.answer.bind(introductions)
  const remotes = new Remotes({ limits, now })
  const tally = new Tally({ now, log })
  const gate = new Gate({ remotes, origins, trustedProxies, count: (incident) => tally.count(incident) })
  const connections = new WeakMap<object, Connection>()

  io.engine.use(gate.pass)
  io.engine.on('connection', (raw) => {
    const remote = gate.remoteOf(raw.request)
    const report = (incident: 'cut-off' | 'unread') => {
      tally.count(incident)
      // Others can make a slow line fall behind: that is no reason to shut out whoever shares its address.
      if (incident === 'cut-off') remote.cutOff()
    }
    connections.set(raw, new Connection({ raw, remote, limits, now, report }))
  })
  io.on('connection', (socket) => {
    const connection = connections.get(socket.conn)
    if (connection === undefined) throw new Error('a client came over a connection that nobody watches')
    const visitor = new Visitor({ socket, connection, limits, now, answer })
    // Socket.IO could not read what came, and is ending the connection.
    socket.on('error', () => connection.blame())
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
