/**
 * One connected client: takes its requests in, sees to its rates and our patience with it, answers, and hands it the
 * boxes of others. What a request means belongs to Introductions. Rules SG2, SG7 and SG8.
 */
import type { Socket } from 'socket.io'
import { Backlog } from './connection'
import type { ClientEvents, Refused, ServerEvents, SignalDelivery } from './contract'
import { type Answer, findOffence, type Peer, refuse } from './introductions'
import type { Limits } from './limits'
import { TokenBucket } from './rate'

interface VisitorDeps {
  readonly socket: Socket<ClientEvents, ServerEvents>
  readonly limits: Limits
  readonly now: () => number
  readonly answer: (peer: Peer, event: string, payload: unknown) => Answer
  /** told once, when this client broke too many rules */
  readonly cutOff: () => void
}

export class Visitor implements Peer {
  private readonly requests: TokenBucket
  private readonly boxBytes: TokenBucket
  private readonly patience: TokenBucket
  private readonly backlog: Backlog

  constructor(private readonly deps: VisitorDeps) {
    const { socket, limits, now } = deps
    this.requests = new TokenBucket({ burst: limits.requestBurst, perSecond: limits.requestsPerSecond }, now)
    this.boxBytes = new TokenBucket({ burst: limits.boxBurstBytes, perSecond: limits.boxBytesPerSecond }, now)
    this.patience = new TokenBucket({ burst: limits.offenceBurst, perSecond: limits.offencesForgivenPerSecond }, now)
    this.backlog = new Backlog(socket.conn)
    // The one door for everything a client sends: typed listeners would promise types that nobody has checked yet.
    socket.onAny((event: unknown, ...args: unknown[]) => this.receive(String(event), args))
  }

  spend(bytes: number): boolean {
    return this.boxBytes.take(bytes)
  }

  deliver(delivery: SignalDelivery): boolean {
    if (this.isBehind()) return false
    this.deps.socket.emit('signal', delivery)
    return true
  }

  private receive(event: string, args: readonly unknown[]): void {
    // What was under way when the client was cut off must not bring it back into a room.
    if (!this.deps.socket.connected) return
    if (this.isBehind()) {
      this.drop()
      return
    }
    const reply = args.at(-1)
    const answer = typeof reply === 'function' ? this.judge(event, args) : refuseUnanswerable(event)
    if (typeof reply === 'function') reply(answer)
    else if (!answer.ok) this.deps.socket.emit('refused', answer)
    const offence = findOffence(answer)
    if (offence) this.offended(offence)
  }

  private judge(event: string, args: readonly unknown[]): Answer {
    if (!this.requests.take()) return refuse('rate-limited', 'too many requests in too short a time')
    if (args.length !== 2) return refuse('bad-request', 'a request is one payload and an acknowledgement callback')
    return this.deps.answer(this, event, args[0])
  }

  private offended(refusal: Refused): void {
    if (this.patience.take()) return
    const message = `disconnected after too many refusals; the last: ${refusal.message}`
    this.deps.socket.emit('refused', refuse(refusal.reason, message))
    this.deps.socket.disconnect(true)
    this.deps.cutOff()
  }

  /** A client that sends but does not read its answers: telling it anything would only make the pile higher. */
  private drop(): void {
    this.deps.socket.conn.close(true)
    this.deps.cutOff()
  }

  private isBehind(): boolean {
    return this.backlog.bytes > this.deps.limits.backlogBytes
  }
}

function refuseUnanswerable(event: string): Refused {
  const name = event === 'join' || event === 'signal' || event === 'leave' ? event : 'unknown event'
  return refuse('bad-request', `${name}: sent without an acknowledgement callback`)
}
