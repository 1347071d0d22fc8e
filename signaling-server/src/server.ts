/** One web server with the app's pages and the signaling on one port: starts it, and ends it at once. Rules SG9, SG11. */
import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { Arrivals } from './arrivals'
import type { IceServer } from './contract'
import { LIMITS, type Limits } from './limits'
import type { Origins } from './origins'
import { createPageHandler } from './pages'
import { groupOf } from './remote-address'
import { attachSignaling } from './signaling'
import { type Incident, Tally } from './tally'

export interface ServerOptions {
  /** 0 for any free one */
  readonly port: number
  /** all interfaces by default */
  readonly host?: string | undefined
  /** directory of the built app; without one the server only introduces peers */
  readonly pages?: string | undefined
  readonly iceServers?: readonly IceServer[]
  /** whose pages are introduced beside the server's own; nobody else's by default */
  readonly origins?: Origins
  /** how many proxies in front tell the truth about where a request comes from; 0 by default */
  readonly trustedProxies?: number
  /** for how many seconds browsers are to insist on https for this host; says nothing of it by default */
  readonly hstsSeconds?: number
  /** smaller limits, for tests */
  readonly limits?: Partial<Limits>
  /** lines for the operator; counts only */
  readonly log?: (line: string) => void
}

export interface RunningServer {
  readonly port: number
  /** Drops every connection; resolves when the port is free. Closing twice is safe. */
  close(): Promise<void>
}

/**
 * @returns when the server takes connections
 * @throws Error in words for the operator: the port is taken, the address is not ours, the app is not built
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { iceServers, origins, trustedProxies = 0, hstsSeconds = 0, log = () => {} } = options
  const limits: Limits = { ...LIMITS, ...options.limits }
  const httpServer = createServer(
    {
      headersTimeout: limits.httpHeadersTimeout,
      requestTimeout: limits.httpRequestTimeout,
      connectionsCheckingInterval: limits.httpCheckInterval,
      maxHeaderSize: limits.httpHeaderBytes,
    },
    await createPageHandler(options.pages, { hstsSeconds }),
  )
  const now = () => performance.now()
  const tally = new Tally({ now, log })
  const count = (incident: Incident) => tally.count(incident)
  httpServer.maxConnections = limits.tcpConnections
  httpServer.on('drop', () => count('dropped'))
  // Behind a proxy all come from its address.
  if (trustedProxies === 0) limitArrivals(httpServer, new Arrivals({ limits, now }), () => count('dropped'))
  const dropConnections = trackConnections(httpServer)
  const signaling = attachSignaling(httpServer, {
    log,
    trustedProxies,
    limits,
    ...(iceServers && { iceServers }),
    ...(origins && { origins }),
  })
  await listen(httpServer, options).catch(async (error: unknown) => {
    await signaling.close()
    throw error
  })
  // Its words may name an address.
  httpServer.on('error', () => count('trouble'))
  return {
    port: portOf(httpServer),
    close: async () => {
      const closed = signaling.close()
      // A client that does not answer the closing handshake would keep us for half a minute.
      dropConnections()
      await closed
    },
  }
}

/** The limits of Gate begin with a request: these hold those who ask for nothing, and those who ask too fast. */
function limitArrivals(httpServer: Server, arrivals: Arrivals, dropped: () => void): void {
  httpServer.on('connection', (connection) => {
    const remote = groupOf(connection.remoteAddress ?? '')
    if (arrivals.enter(remote)) {
      connection.once('close', () => arrivals.leave(remote))
      return
    }
    connection.destroy()
    dropped()
  })
}

function trackConnections(httpServer: Server): () => void {
  const connections = new Set<Socket>()
  httpServer.on('connection', (connection) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })
  return () => {
    for (const connection of connections) connection.destroy()
  }
}

function listen(httpServer: Server, { port, host }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(explain(error, port, host))
    httpServer.once('error', onError)
    httpServer.listen({ port, host }, () => {
      httpServer.off('error', onError)
      resolve()
    })
  })
}

function portOf(httpServer: Server): number {
  const address = httpServer.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}

function explain(error: NodeJS.ErrnoException, port: number, host: string | undefined): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`Port ${port} is in use; choose another one with PORT=${port + 1} npm start`, { cause: error })
    case 'EACCES':
      return new Error(`Port ${port} needs more rights than this process has; choose one above 1023`, { cause: error })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`HOST=${host} is not an address of this machine`, { cause: error })
    default:
      return error
  }
}
