import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { channelClaims, lockClaims, memoryClaims } from './claims'
import { type ClaimsHarness, claimOne, claimsContract, patienceContract } from './claims-contract'

/** Exclusive locks as browsers keep them for one origin; they are granted and refused in later turns. */
class Locks {
  readonly #queues = new Map<string, (() => void)[]>()

  async query(): Promise<LockManagerSnapshot> {
    return { held: [...this.#queues.keys()].map((name) => ({ name, mode: 'exclusive', clientId: 'any' })) }
  }

  request<T>(name: string, callback: LockGrantedCallback<T>): Promise<Awaited<T>>
  request<T>(name: string, options: LockOptions, callback: LockGrantedCallback<T>): Promise<Awaited<T>>
  async request<T>(
    name: string,
    options: LockOptions | LockGrantedCallback<T>,
    callback?: LockGrantedCallback<T>,
  ): Promise<Awaited<T>> {
    if (typeof options === 'function' || !callback) throw new Error('only requests with options are made here')
    await Promise.resolve()
    options.signal?.throwIfAborted()
    if (options.ifAvailable === true && this.#queues.has(name)) return await callback(null)
    await this.#turn(name, options.signal)
    try {
      return await callback({ name, mode: 'exclusive' })
    } finally {
      const [next, ...others] = this.#queues.get(name) ?? []
      if (next) this.#queues.set(name, others)
      else this.#queues.delete(name)
      next?.()
    }
  }

  async #turn(name: string, signal: AbortSignal | undefined): Promise<void> {
    const queue = this.#queues.get(name)
    if (!queue) return void this.#queues.set(name, [])
    await new Promise<void>((resolve, reject) => {
      queue.push(resolve)
      signal?.addEventListener('abort', () => {
        const waiting = this.#queues.get(name) ?? []
        if (waiting.includes(resolve))
          this.#queues.set(
            name,
            waiting.filter((other) => other !== resolve),
          )
        reject(signal.reason)
      })
    })
  }
}

let browsers = 0

function channels(): ClaimsHarness {
  const opened: BroadcastChannel[] = []
  const random = seededRandom(++browsers)
  const name = `claims ${browsers}`
  return {
    tab() {
      const channel = new BroadcastChannel(name)
      opened.push(channel)
      return channelClaims(channel, random)
    },
    close: () => {
      for (const channel of opened) channel.close()
    },
  }
}

function locks(): ClaimsHarness {
  const manager = new Locks()
  return { tab: () => lockClaims(manager, () => {}), close: () => {} }
}

function memory(): ClaimsHarness {
  const claims = memoryClaims()
  return { tab: () => claims, close: () => {} }
}

claimsContract('one process', memory)
claimsContract('Web Locks', locks)
claimsContract('tabs that ask one another', channels)

describe('patience', () => {
  patienceContract('Web Locks', locks)
  patienceContract('tabs that ask one another', channels)
})

describe('locks', () => {
  /** Alice, who is about to close her page, and Bob, who opens one. */
  function meet() {
    const manager = new Locks()
    let close = () => {}
    const alice = lockClaims(manager, (go) => {
      close = go
    })
    return { alice, close: () => close(), bob: lockClaims(manager, () => {}) }
  }

  it('[ID4] of a page that is going are waited for', async () => {
    const { alice, close, bob } = meet()
    const release = await claimOne(alice, 'key')
    close()
    const waiting = claimOne(bob, 'key')
    await Promise.race([waiting, new Promise((resume) => setTimeout(resume, 50))])
    release?.()
    expect(await waiting).toBeDefined()
    expect(await claimOne(alice, 'key')).toBeUndefined()
  })

  it('[ID4] that a page gave up when it went are its own again when it comes back, and nobody waits for them', async () => {
    const { alice, close, bob } = meet()
    const release = await claimOne(alice, 'key')
    close()
    release?.()
    expect(await claimOne(alice, 'key')).toBeDefined()
    const from = performance.now()
    expect(await claimOne(bob, 'key')).toBeUndefined()
    expect(performance.now() - from).toBeLessThan(1000)
  })

  it('[ID4] that a browser refuses are an error, not a free name', async () => {
    const manager = new Locks()
    manager.request = () => Promise.reject(new DOMException('denied', 'SecurityError'))
    await expect(
      claimOne(
        lockClaims(manager, () => {}),
        'key',
      ),
    ).rejects.toThrow('denied')
  })
})

/** What a tab that holds 'key' says to these words: all that comes before its answer to a later question. */
async function heardAfter(words: unknown): Promise<readonly unknown[]> {
  const name = `claims ${++browsers}`
  const [tab, others] = [new BroadcastChannel(name), new BroadcastChannel(name)]
  const claims = channelClaims(tab, seededRandom(1))
  for (const held of ['key', 'last']) expect(await claimOne(claims, held)).toBeDefined()
  const heard: unknown[] = []
  const answered = new Promise<void>((resolve) => {
    others.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (JSON.stringify(data) === JSON.stringify({ name: 'last', ticket: '' })) resolve()
      else heard.push(data)
    })
  })
  others.postMessage(words)
  others.postMessage({ name: 'last', ticket: 'ffff' })
  await answered
  tab.close()
  others.close()
  return heard
}

describe('a tab that others ask', () => {
  it('[ID4] says that a name is its own, and nothing to what is no question', async () => {
    expect(await heardAfter({ name: 'key', ticket: 'ffff' })).toEqual([{ name: 'key', ticket: '' }])
    for (const words of [
      null,
      7,
      'key',
      {},
      { name: 'key' },
      { name: 7, ticket: 'a' },
      { name: 'other', ticket: 'a' },
    ]) {
      expect(await heardAfter(words)).toEqual([])
    }
  })

  it('[ID4] answers no answer, or two holders would answer one another for ever', async () => {
    expect(await heardAfter({ name: 'key', ticket: '' })).toEqual([])
  })
})
