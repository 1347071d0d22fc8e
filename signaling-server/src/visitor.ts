/**
 * One connected client: takes its requests in, sees to its rates and our patience with it, answers, and hands it the
 * boxes of others. What a request means belongs to Introductions, what comes below requests to Connection. Rules SG2,
 * SG7, SG8 and SG11.
 */
import type { Socket } from 'socket.io'
import type { Connection } from './connection'
import type { ClientEvents, Refused, ServerEvents, SignalDelivery } from './contract'
import { type Answer, findOffence, harmless, type Peer, refuse } from './introductions'
import type { Limits } from './limits'
import { TokenBucket } from './rate'

const ADDRESS_IS_BUSY = harmless('rate-limited', 'too many requests from your network address; try again later')

interface VisitorDeps {
  readonly socket: Socket<ClientEvents, ServerEvents>
  readonly connection: Pick<Connection, 'takeRequest' | 'isBehind' | 'endUnread' | 'expectEnd'>
  readonly limits: Limits
  readonly now: () => number
  readonly answer: (peer: Peer, event: string, payload: unknown) => Answer
}

export class Visitor implements Peer {
  private readonly requests: TokenBucket
  private readonly boxBytes: TokenBucket
  private readonly patience: TokenBucket

  constructor(private readonly deps: VisitorDeps) {
    const { socket, limits, now } = deps
    this.requests = new TokenBucket({ burst: limits.requestBurst, perSecond: limits.requestsPerSecond }, now)
    this.boxBytes = new TokenBucket({ burst: limits.boxBurstBytes, perSecond: limits.boxBytesPerSecond }, now)
    this.patience = new TokenBucket({ burst: limits.offenceBurst, perSecond: limits.offencesForgivenPerSecond }, now)
    // The one door for everything a client sends: typed listeners would promise types that nobody has checked yet.
    socket.onAny((event: unknown, ...args: unknown[]) => this.receive(String(event), args))
  }

  spend(bytes: number): boolean {
    return this.boxBytes.take(bytes)
  }

  deliver(delivery: SignalDelivery): boolean {
    if (this.deps.connection.isBehind()) return false
    this.deps.socket.emit('signal', delivery)
    return true
  }

  private receive(event: string, args: readonly unknown[]): void {
    // What was under way when the client was cut off must not bring it back into a room.
    if (!this.deps.socket.connected) return
    if (this.deps.connection.isBehind()) {
      this.deps.connection.endUnread()
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
    if (!this.deps.connection.takeRequest()) return ADDRESS_IS_BUSY
    if (args.length !== 2) return refuse('bad-request', 'a request is one payload and an acknowledgement callback')
    return this.deps.answer(this, event, args[0])
  }

  private offended(refusal: Refused): void {
    if (this.patience.take()) return
    const message = `disconnected after too many refusals; the last: ${refusal.message}`
    this.deps.socket.emit('refused', refuse(refusal.reason, message))
    this.deps.connection.expectEnd()
    this.deps.socket.disconnect(true)
  }
}

function refuseUnanswerable(event: string): Refused {
  const name = event === 'join' || event === 'signal' || event === 'leave' ? event : 'unknown event'
  return refuse('bad-request', `${name}: sent without an acknowledgement callback`)
}
