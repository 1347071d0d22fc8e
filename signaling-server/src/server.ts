/** One web server with the app's pages and the signaling on one port: starts it, and ends it at once. Rule SG9. */
import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { IceServer } from './contract'
import { LIMITS } from './limits'
import { createPageHandler } from './pages'
import { attachSignaling } from './signaling'

export interface ServerOptions {
  /** 0 for any free one */
  readonly port: number
  /** all interfaces by default */
  readonly host?: string | undefined
  /** directory of the built app; without one the server only introduces peers */
  readonly pages?: string | undefined
  readonly iceServers?: readonly IceServer[]
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
  const { iceServers = [], log = () => {} } = options
  const httpServer = createServer(
    { headersTimeout: LIMITS.httpHeadersTimeout, requestTimeout: LIMITS.httpRequestTimeout },
    await createPageHandler(options.pages),
  )
  const dropConnections = trackConnections(httpServer)
  const signaling = attachSignaling(httpServer, { iceServers, log })
  await listen(httpServer, options).catch(async (error: unknown) => {
    await signaling.close()
    throw error
  })
  httpServer.on('error', (error) => log(`the web server reports: ${error.message}`))
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
