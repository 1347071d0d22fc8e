/**
 * What is known of the network addresses that connections come from: how many each has open, how fast it opens more,
 * what it asks for, and how often its clients were cut off. The table is bounded, and forgets. What an address is
 * belongs to remote-address, the refusing to Gate. Rules SG11 and SG12.
 */
import type { Limits } from './limits'
import { TokenBucket } from './rate'

export type Admission =
  | { readonly kind: 'admitted'; readonly remote: Remote }
  /** too many connections of one address, or too fast */
  | { readonly kind: 'crowded' }
  /** clients of that address were cut off too often */
  | { readonly kind: 'banned' }
  /** the process has as many connections as it takes */
  | { readonly kind: 'full' }

interface Deps {
  readonly limits: Limits
  /** milliseconds of a clock that never goes back */
  readonly now: () => number
}

/** Everybody at one address: one machine, one household, or an office. */
export class Remote {
  readonly requests: TokenBucket
  readonly rawMessages: TokenBucket
  /** connections it has open now */
  open = 0
  seenAt: number

  private readonly connections: TokenBucket
  private readonly patience: TokenBucket
  private banned = { until: Number.NEGATIVE_INFINITY, lasts: 0 }

  constructor(private readonly deps: Deps) {
    const { limits, now } = deps
    const bucket = (burst: number, perSecond: number) => new TokenBucket({ burst, perSecond }, now)
    this.requests = bucket(limits.remoteRequestBurst, limits.remoteRequestsPerSecond)
    this.rawMessages = bucket(limits.remoteRawMessageBurst, limits.remoteRawMessagesPerSecond)
    this.connections = bucket(limits.remoteConnectionBurst, limits.remoteConnectionsPerSecond)
    this.patience = bucket(limits.cutOffBurst, limits.cutOffsForgivenPerSecond)
    this.seenAt = now()
  }

  /** One of its clients was cut off. Too many of them, and nobody new is let in from here, each time for longer. */
  cutOff(): void {
    if (this.patience.take()) return
    const { limits, now } = this.deps
    const since = now() - this.banned.until
    // Those that were connected at the time may be cut off during a ban: that is no new one.
    if (since < 0) return
    const lasts = since > limits.banMaximum ? 0 : this.banned.lasts
    const next = lasts === 0 ? limits.banMinimum : Math.min(limits.banMaximum, lasts * 2)
    this.banned = { until: now() + next, lasts: next }
  }

  /** @returns why it may not open one more connection */
  refuse(): 'banned' | 'crowded' | undefined {
    if (this.deps.now() < this.banned.until) return 'banned'
    if (this.open >= this.deps.limits.connectionsPerRemote || !this.connections.take()) return 'crowded'
    return undefined
  }
}

export class Remotes {
  /** Those with open connections: as many as there are connections at most. */
  private readonly present = new Map<string, Remote>()
  /** Those without, the one seen longest ago first. */
  private readonly absent = new Map<string, Remote>()
  private connections = 0

  constructor(private readonly deps: Deps) {}

  /** Whoever is admitted has one connection more, until `release`. */
  admit(key: string): Admission {
    if (this.connections >= this.deps.limits.connections) return { kind: 'full' }
    const remote = this.meet(key)
    const refusal = remote.refuse()
    if (refusal) return { kind: refusal }
    this.absent.delete(key)
    this.present.set(key, remote)
    remote.open++
    this.connections++
    return { kind: 'admitted', remote }
  }

  release(key: string): void {
    const remote = this.present.get(key)
    if (remote === undefined) throw new Error('a connection was released that was never admitted')
    this.connections--
    if (--remote.open > 0) return
    this.present.delete(key)
    this.remember(key, remote)
  }

  get size(): number {
    return this.present.size + this.absent.size
  }

  private meet(key: string): Remote {
    const present = this.present.get(key)
    if (present) return present
    const remote = this.absent.get(key) ?? new Remote(this.deps)
    this.remember(key, remote)
    return remote
  }

  private remember(key: string, remote: Remote): void {
    const { limits, now } = this.deps
    remote.seenAt = now()
    this.absent.delete(key)
    this.absent.set(key, remote)
    for (const [oldest, { seenAt }] of this.absent) {
      if (this.absent.size <= limits.absentRemotes && remote.seenAt - seenAt <= limits.remoteForgottenAfter) return
      this.absent.delete(oldest)
    }
  }
}
