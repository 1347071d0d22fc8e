/**
 * Decides on every WebSocket before it is one: from which address, of which origin, and whether there is room. The
 * cheapest question comes first, and a refusal is one write on a connection that is then gone. Rules SG10-SG12.
 */
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { isWelcome, type Origins } from './origins'
import { findRemote } from './remote-address'
import type { Admission, Remote, Remotes } from './remotes'
import type { Incident } from './tally'

interface GateDeps {
  readonly remotes: Remotes
  readonly origins: Origins
  readonly trustedProxies: number
  readonly count: (incident: Incident) => void
}

type Refusal = Exclude<Admission['kind'], 'admitted'> | 'origin' | 'session'

const ANSWERS: Readonly<Record<Refusal, { readonly status: string; readonly text: string }>> = {
  origin: { status: '403 Forbidden', text: 'This server does not introduce pages of that origin.\n' },
  crowded: { status: '429 Too Many Requests', text: 'Too many connections from your address. Try again later.\n' },
  banned: { status: '429 Too Many Requests', text: 'Your address broke the rules too often. Try again later.\n' },
  full: { status: '503 Service Unavailable', text: 'This server has no room left. Try again later.\n' },
  session: { status: '400 Bad Request', text: 'There is no session to go on with.\n' },
}

export class Gate {
  private readonly admitted = new WeakMap<IncomingMessage, Remote>()

  constructor(private readonly deps: GateDeps) {}

  /** An Engine.IO middleware: all that is asked for at the path of the signaling passes here first. */
  readonly pass = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    // A session id would add a second WebSocket to a connection, past every limit. Nothing here ever needs one.
    const isUpgrade = !(response instanceof ServerResponse)
    if (!isUpgrade && !hasSessionId(request)) return next()
    if (!isUpgrade) {
      response.writeHead(400, { 'Content-Type': 'text/plain' }).end(ANSWERS.session.text)
      return
    }
    // Gone already: its end, which gives its place back, would never be heard of.
    if (request.socket.destroyed) return
    const refusal = this.admit(request)
    if (refusal === undefined) return next()
    if (refusal !== 'session') this.deps.count(refusal)
    refuse(request.socket, refusal)
  }

  /** @returns at which address a connection comes from that was let in with this request */
  remoteOf(request: IncomingMessage): Remote {
    const remote = this.admitted.get(request)
    if (remote === undefined) throw new Error('a connection was made that never passed the gate')
    return remote
  }

  private admit(request: IncomingMessage): Refusal | undefined {
    const { remotes, origins, trustedProxies } = this.deps
    const key = findRemote(request, trustedProxies)
    const admission = remotes.admit(key)
    if (admission.kind !== 'admitted') return admission.kind
    this.admitted.set(request, admission.remote)
    request.socket.once('close', () => remotes.release(key))
    if (!isWelcome(origins, request.headers.origin, hostsOf(request, trustedProxies))) return 'origin'
    return hasSessionId(request) ? 'session' : undefined
  }
}

function hostsOf({ headers }: IncomingMessage, trustedProxies: number): readonly string[] {
  const forwarded = trustedProxies === 0 ? '' : String(headers['x-forwarded-host'] ?? '')
  return [headers.host ?? '', ...forwarded.split(',').map((host) => host.trim())].filter((host) => host !== '')
}

/** Reads the address as Engine.IO will, so that no other spelling slips through. */
function hasSessionId({ url = '' }: IncomingMessage): boolean {
  return new URL(url, 'http://localhost').searchParams.has('sid')
}

function refuse(socket: Duplex, refusal: Refusal): void {
  const { status, text } = ANSWERS[refusal]
  // Whoever is gone before the answer need not be told.
  socket.on('error', () => {})
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  )
  // So short an answer is in the system's hands by now; waiting for the other side to hang up would cost.
  socket.destroy()
}
