/**
 * Which TCP connections are read at all: so many of one address at once, and so many new ones a second. Those who come
 * in a storm are turned away here, which costs less than to hear them out. Rule SG11.
 */
import type { Limits } from './limits'
import { TokenBucket } from './rate'

interface Deps {
  readonly limits: Limits
  /** milliseconds of a clock that never goes back */
  readonly now: () => number
}

export class Arrivals {
  private readonly open = new Map<string, number>()
  /** Two generations instead of a clock for each: what was not seen in either is as good as new. */
  private recent = new Map<string, TokenBucket>()
  private older = new Map<string, TokenBucket>()
  private renewedAt: number

  constructor(private readonly deps: Deps) {
    this.renewedAt = deps.now()
  }

  /** @returns whether this connection is taken; if so, `leave` follows when it ends */
  enter(remote: string): boolean {
    const open = this.open.get(remote) ?? 0
    if (open >= this.deps.limits.tcpConnectionsPerRemote || !this.bucketOf(remote).take()) return false
    this.open.set(remote, open + 1)
    return true
  }

  leave(remote: string): void {
    const left = (this.open.get(remote) ?? 0) - 1
    if (left > 0) this.open.set(remote, left)
    else this.open.delete(remote)
  }

  get size(): number {
    return this.recent.size + this.older.size
  }

  private bucketOf(remote: string): TokenBucket {
    const { limits, now } = this.deps
    const fullAfter = (limits.tcpConnectionBurst / limits.tcpConnectionsPerSecond) * 1000
    if (now() - this.renewedAt > fullAfter || this.recent.size >= limits.absentRemotes) {
      this.older = this.recent
      this.recent = new Map()
      this.renewedAt = now()
    }
    const rate = { burst: limits.tcpConnectionBurst, perSecond: limits.tcpConnectionsPerSecond }
    const bucket = this.recent.get(remote) ?? this.older.get(remote) ?? new TokenBucket(rate, now)
    this.recent.set(remote, bucket)
    return bucket
  }
}
