/**
 * Names that one tab of a browser holds at a time, as a port: it tells two tabs apart that are copies of one another.
 * A claim ends with its tab, however that ends. What is claimed belongs to the caller.
 */
import { type Millis, seconds } from './clock'
import type { Random } from './random'

export interface Candidate {
  readonly name: string
  /** how long a holder that may be about to go is waited for; one that said so is waited for in any case */
  readonly patience: Millis
}

export interface Claim {
  readonly name: string
  /** Gives the name up again. */
  readonly release: () => void
}

export interface Claims {
  /** @returns the first that no other tab holds, now this tab's; undefined when others hold them all */
  claim(candidates: readonly Candidate[]): Promise<Claim | undefined>
}

/** All holders in one process. */
export function memoryClaims(): Claims {
  const held = new Set<string>()
  return {
    async claim(candidates) {
      const free = candidates.find(({ name }) => !held.has(name))
      if (!free) return undefined
      const { name } = free
      held.add(name)
      return { name, release: () => void held.delete(name) }
    },
  }
}

const PREFIX = 'starling:'

const GOING = `${PREFIX}going:`

/** A page under load takes its time to go. One that the browser keeps to come back to does not go, and is not waited for. */
const GOING_PATIENCE: Millis = seconds(2)

/**
 * Web Locks, which browsers keep for secure contexts. A page that is closed holds its own some ten milliseconds longer,
 * and whoever opens it anew just then should be who they were. So a page that goes says so, by another lock.
 * @param onGoing calls back when this page is about to go
 */
export function lockClaims(locks: LockManager, onGoing: (go: () => void) => void): Claims {
  const held = new Map<string, Promise<void>>()
  onGoing(() => {
    // Where that is refused nobody waits.
    for (const [name, released] of held) locks.request(GOING + name, {}, () => released).catch(() => {})
  })
  const request = (name: string, options: LockOptions) =>
    new Promise<Claim | undefined>((resolve, reject) => {
      locks
        .request(PREFIX + name, options, (lock) => {
          if (lock === null) return resolve(undefined)
          const released = new Promise<void>((release) => {
            resolve({
              name,
              release: () => {
                held.delete(name)
                release()
              },
            })
          })
          held.set(name, released)
          return released
        })
        .catch((error: unknown) => {
          if (error instanceof DOMException && error.name === 'TimeoutError') resolve(undefined)
          else reject(error)
        })
    })
  return {
    async claim(candidates) {
      // Not asked for each: where many tabs come at a time, every answer takes the browser its while.
      let going: ReadonlySet<string | undefined> | undefined
      for (const { name, patience } of candidates) {
        const claim = await request(name, patience > 0 ? withinTime(patience) : { ifAvailable: true })
        if (claim) return claim
        going ??= new Set((await locks.query()).held?.map((lock) => lock.name))
        if (!going.has(GOING + name)) continue
        const late = await request(name, withinTime(GOING_PATIENCE))
        if (late) return late
        // Meanwhile others may have said so.
        going = undefined
      }
      return undefined
    },
  }
}

const withinTime = (time: Millis): LockOptions => ({ signal: AbortSignal.timeout(time) })

/** How long the other tabs have to say that a name is theirs. One that is frozen says nothing, and loses it. */
const ANSWER_TIME: Millis = 150

interface Claimant {
  readonly name: string
  /** Of two who ask at once the smaller one gets the name. */
  readonly ticket: string
}

/** The ticket of whoever has the name already: smaller than any other. */
const HOLDER = ''

/** Tabs that ask one another, for pages on plain http. */
export function channelClaims(channel: BroadcastChannel, random: Random): Claims {
  const held = new Set<string>()
  const asking = new Map<string, { readonly ticket: string; readonly lose: () => void }>()
  const say = (name: string, ticket: string) => channel.postMessage({ name, ticket } satisfies Claimant)
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const claimant = readClaimant(data)
    if (!claimant) return
    const { name, ticket } = claimant
    const own = asking.get(name)
    if (own && ticket < own.ticket) own.lose()
    // To an answer there is nothing to say: two holders, one of them woken from a freeze, would go on for ever.
    else if (ticket === HOLDER) return
    else if (held.has(name)) say(name, HOLDER)
    // Others who ask hear it too, and one of them may come before this one.
    else if (own) say(name, own.ticket)
  })
  const ask = (name: string) =>
    new Promise<boolean>((resolve) => {
      const ticket = [...random.bytes(8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
      const finish = (isOurs: boolean) => {
        clearTimeout(timer)
        asking.delete(name)
        if (isOurs) held.add(name)
        resolve(isOurs)
      }
      const timer = setTimeout(() => finish(true), ANSWER_TIME)
      asking.set(name, { ticket, lose: () => finish(false) })
      say(name, ticket)
    })
  const claim = async ({ name, patience }: Candidate): Promise<Claim | undefined> => {
    if (held.has(name)) return undefined
    for (let waited = 0; ; waited += ANSWER_TIME) {
      if (await ask(name)) return { name, release: () => void held.delete(name) }
      if (waited >= patience) return undefined
      await new Promise<void>((resume) => setTimeout(resume, ANSWER_TIME))
    }
  }
  return {
    async claim(candidates) {
      for (const candidate of candidates) {
        const claimed = await claim(candidate)
        if (claimed) return claimed
      }
      return undefined
    },
  }
}

function readClaimant(data: unknown): Claimant | undefined {
  if (typeof data !== 'object' || data === null || !('name' in data) || !('ticket' in data)) return undefined
  const { name, ticket } = data
  return typeof name === 'string' && typeof ticket === 'string' ? { name, ticket } : undefined
}

/** What the tab holds it holds for all rooms that it joins. */
let shared: Claims | undefined

/** The best that this browser has. */
export function browserClaims(random: Random): Claims {
  // Where the page is not secure there is no such thing, whatever the types say.
  const locks = navigator.locks as LockManager | undefined
  const onGoing = (go: () => void) => addEventListener('pagehide', go)
  shared ??= locks ? lockClaims(locks, onGoing) : channelClaims(new BroadcastChannel('starling:claims'), random)
  return shared
}
