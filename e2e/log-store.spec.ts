/**
 * The contract of a log store, held by the one on the browser's disk, and what befalls databases of browsers: other tabs
 * that hold, upgrade or remove them, a full disk, rows that nobody wrote. The store in memory runs the same cases.
 */
import { type BrowserContext, test as base, expect, type Page } from 'playwright/test'
import type * as Stores from '../client/src/mesh/log/indexed-db-log-store'
import type * as Schemas from '../client/src/mesh/log/log-schema'
import type * as Ports from '../client/src/mesh/log/log-store'
import type { LogStore } from '../client/src/mesh/log/log-store'
import type * as Contract from '../client/src/mesh/log/log-store-contract'
import { logStoreContract } from '../client/src/mesh/log/log-store-contract'
import type * as Samples from '../client/src/mesh/log/stored-samples'
import type { RoomId } from '../client/src/mesh/protocol/ids'
import type { Clock } from '../client/src/mesh/runtime/clock'
import { SourceServer } from './fixtures/source-server'

/** What every page of these tests has at hand. */
interface Hand {
  readonly stores: typeof Stores
  readonly contract: typeof Contract
  readonly samples: typeof Samples
  readonly schema: typeof Schemas.LOG_SCHEMA
  readonly room: RoomId
  /** of people ten times as impatient as others */
  readonly clock: Clock
  /** Opens alice's store of the room, or another's, and keeps it as `store`. */
  open(options?: Partial<Stores.IndexedDbLogStoreOptions>): Promise<LogStore>
  /** @returns the fault that it rejects with, or 'none' */
  faultOf(promise: Promise<unknown>): Promise<Ports.LogStoreFault | 'none'>
  /** Opens the database of alice's store under the store's feet; what holds it lets nobody else have it. */
  hold(version?: number, upgrade?: (db: IDBDatabase) => void): Promise<IDBDatabase>
  store: LogStore | undefined
  held: IDBDatabase | undefined
}

declare global {
  interface Window {
    hand: Hand
  }
}

interface Fixtures {
  /** a new tab of the same browser for each call */
  readonly openPage: () => Promise<Page>
}

const test = base.extend<Fixtures, { sources: SourceServer }>({
  sources: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      const sources = await SourceServer.start()
      await use(sources)
      await sources.close()
    },
    { scope: 'worker' },
  ],

  openPage: async ({ context, sources }, use) => {
    const uncaught: Error[] = []
    await use(async () => {
      const page = await context.newPage()
      page.on('pageerror', (error) => uncaught.push(error))
      await page.goto(sources.blankPage)
      await prepare(page)
      return page
    })
    expect(uncaught, 'errors that nobody caught').toEqual([])
  },
})

async function prepare(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const load = <Module>(name: string): Promise<Module> => import(`/src/mesh/log/${name}.ts`)
    const stores = await load<typeof Stores>('indexed-db-log-store')
    const { LOG_SCHEMA: schema } = await load<typeof Schemas>('log-schema')
    const { LogStoreError } = await load<typeof Ports>('log-store')
    const contract = await load<typeof Contract>('log-store-contract')
    const samples = await load<typeof Samples>('stored-samples')
    // Nobody checks here what a room's id is made of.
    const room = 'r'.repeat(22) as RoomId
    const clock: Clock = {
      now: () => performance.now(),
      wallTime: () => Date.now(),
      after(delay, task) {
        const timer = setTimeout(task, delay / 10)
        return () => clearTimeout(timer)
      },
    }
    window.hand = {
      stores,
      contract,
      samples,
      schema,
      room,
      clock,
      store: undefined,
      held: undefined,
      async open(options) {
        window.hand.store = await stores.openIndexedDbLogStore({ room, self: samples.alice, clock, ...options })
        return window.hand.store
      },
      faultOf: (promise) =>
        promise.then(
          () => 'none',
          (error: unknown) => {
            if (error instanceof LogStoreError) return error.fault
            throw error
          },
        ),
      hold: (version, upgrade) =>
        new Promise((resolve, reject) => {
          const request = indexedDB.open(stores.databaseName(room, samples.alice), version)
          request.onupgradeneeded = () => upgrade?.(request.result)
          request.onsuccess = () => {
            window.hand.held = request.result
            resolve(request.result)
          }
          request.onerror = () => reject(request.error)
        }),
    }
  })
}

/** Alice's store of the room, with so many entries of hers. */
const openWith = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (count) => {
    const { open, samples } = window.hand
    const store = await open()
    await store.put('room', samples.feedEntries(samples.alice, count), [samples.feedOf(samples.alice, count)])
  }, count)

/** @returns how many entries the room's log has, by the store that was opened last */
const countEntries = (page: Page): Promise<number | undefined> =>
  page.evaluate(async () => (await window.hand.store?.readAfter('room', undefined, 1_000_000))?.length)

/** @returns the fault with which the tab is refused alice's store, or 'none' */
const open = (page: Page): Promise<string> => page.evaluate(() => window.hand.faultOf(window.hand.open()))

const databases = (page: Page): Promise<readonly (string | undefined)[]> =>
  page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))

for (const { name } of logStoreContract) {
  test(`a store on the browser's disk: ${name}`, async ({ openPage }) => {
    const page = await openPage()
    await page.evaluate(async (name) => {
      const { contract, open } = window.hand
      const contractCase = contract.logStoreContract.find((candidate) => candidate.name === name)
      if (contractCase === undefined) throw new Error(`the contract has no case called ${name}`)
      await contractCase.run({ open: () => open() })
    }, name)
  })
}

test('[ST1] what was put is there when the page is loaded again, and in another tab', async ({ openPage }) => {
  const page = await openPage()
  await openWith(page, 10)
  await page.reload()
  await prepare(page)
  const beside = await openPage()

  for (const tab of [page, beside]) {
    expect(await open(tab)).toBe('none')
    expect(await countEntries(tab)).toBe(10)
  }
})

test('[ST1] a put that fails in its middle leaves nothing of itself', async ({ openPage }) => {
  const page = await openPage()
  await openWith(page, 3)

  const outcome = await page.evaluate(async () => {
    const { samples, store } = window.hand
    const { alice, entryOf, feedOf } = samples
    // No database takes this key: as sudden as any other end.
    const entries = [entryOf(alice, 4, 4), entryOf(alice, Number.NaN, 5)]
    return store?.put('room', entries, [feedOf(alice, 5)]).catch((error: unknown) => String(error))
  })

  expect(outcome).toContain('DataError')
  expect(await countEntries(page)).toBe(3)
})

test('[ST5] every peer of a browser has a store of its own in each room', async ({ openPage }) => {
  const page = await openPage()
  await openWith(page, 3)

  const others = await page.evaluate(async () => {
    const { open, samples } = window.hand
    const counts = []
    // Nobody checks here what a room's id is made of.
    for (const other of [{ self: samples.bob }, { room: 's'.repeat(22) as RoomId }])
      counts.push((await (await open(other)).list()).length)
    return counts
  })

  expect(others).toEqual([0, 0])
  expect([...(await databases(page))].sort()).toEqual([
    `starling:${'r'.repeat(22)}:${'-'.repeat(22)}`,
    `starling:${'r'.repeat(22)}:${'Z'.repeat(22)}`,
    `starling:${'s'.repeat(22)}:${'-'.repeat(22)}`,
  ])
})

test("[ST6] a full disk rejects with 'full', keeps nothing of that put, and is written again when there is room", async ({
  context,
  openPage,
}) => {
  const page = await openPage()
  const setQuota = await quotaOf(context, page)
  // From the beginning, since Chromium goes by what it knew of free space for half a minute.
  await setQuota(1_000_000)
  await openWith(page, 3)
  const putMuch = () =>
    page.evaluate(() => {
      const { faultOf, samples, store } = window.hand
      const { alice, feedOf } = samples
      const bytes = crypto.getRandomValues(new Uint8Array(60_000))
      const entries = [...Array(100).keys()].map((index) => samples.entryOf(alice, index + 4, index + 4, { bytes }))
      return store && faultOf(store.put('room', entries, [feedOf(alice, 103)]))
    })

  expect(await putMuch()).toBe('full')
  expect(await countEntries(page)).toBe(3)
  expect(await page.evaluate(async () => (await window.hand.store?.feeds('room'))?.map(({ head }) => head))).toEqual([
    3,
  ])

  await setQuota(undefined)
  expect(await putMuch()).toBe('none')
  expect(await countEntries(page)).toBe(103)
})

test("[ST6] a tab that holds an older version without letting go is waited for 3 s, then opening rejects with 'blocked'", async ({
  openPage,
}) => {
  const [page, other] = [await openPage(), await openPage()]
  await openWith(page, 3)
  await page.evaluate(() => window.hand.store?.close())
  await other.evaluate(async () => void (await window.hand.hold()))
  const openNext = () =>
    page.evaluate(async () => {
      const { faultOf, open, schema } = window.hand
      const from = performance.now()
      const fault = await faultOf(open({ steps: [...schema, () => {}] }))
      return { fault, took: (performance.now() - from) * 10 }
    })

  const { fault, took } = await openNext()
  expect(fault).toBe('blocked')
  expect(took).toBeGreaterThan(2500)

  await other.evaluate(() => window.hand.held?.close())
  expect((await openNext()).fault).toBe('none')
  expect(await countEntries(page)).toBe(3)
})

test('[ST6] a store gives way to a newer version of the app in another tab, keeps nobody waiting, and is closed itself', async ({
  openPage,
}) => {
  const [page, other] = [await openPage(), await openPage()]
  await openWith(page, 3)

  const fault = await other.evaluate(async () => {
    const { faultOf, open, schema } = window.hand
    return faultOf(open({ steps: [...schema, (db) => void db.createObjectStore('drafts' as 'feeds')] }))
  })

  expect(fault).toBe('none')
  expect(await countEntries(other)).toBe(3)
  await page.evaluate(async () => {
    if (window.hand.store) await window.hand.contract.expectClosed(window.hand.store)
  })
  expect(await open(page)).toBe('newer')
})

test('[ST6] a database of an older version is brought forward step by step, with what is in it', async ({
  openPage,
}) => {
  const page = await openPage()
  // As it might have been: feeds of which nobody said up to where others have them.
  await page.evaluate(async () => {
    const { hold, samples } = window.hand
    const db = await hold(1, (db) => {
      db.createObjectStore('runs', { keyPath: ['log', 'author', 'last', 'first'] })
      const { acknowledged: _, ...feed } = samples.feedOf(samples.alice, 5)
      db.createObjectStore('feeds', { keyPath: ['log', 'author'] }).put({ log: 'room', ...feed })
    })
    db.close()
  })

  expect(await open(page)).toBe('none')
  await expect(page.evaluate(async () => void (await window.hand.store?.feeds('room')))).rejects.toThrow(
    'malformed (acknowledged)',
  )
  const acknowledged = await page.evaluate(async () => {
    const { open, schema } = window.hand
    const store = await open({
      steps: [
        ...schema,
        async (_, transaction) => {
          const feeds = transaction.objectStore('feeds')
          for (const row of await feeds.getAll()) await feeds.put({ ...row, acknowledged: 0 })
        },
      ],
    })
    return (await store.feeds('room')).map(({ acknowledged }) => acknowledged)
  })
  expect(acknowledged).toEqual([0])
})

test("[ST6] an upgrade that meets what it cannot read changes nothing, and rejects with 'corrupt'", async ({
  openPage,
}) => {
  const page = await openPage()
  await openWith(page, 3)

  const fault = await page.evaluate(() => {
    const { faultOf, open, schema } = window.hand
    const remove: (typeof schema)[number] = async (db, transaction) => {
      db.deleteObjectStore('feeds')
      await transaction.objectStore('runs').clear()
      transaction.objectStore('feeds')
    }
    return faultOf(open({ steps: [...schema, remove] }))
  })

  expect(fault).toBe('corrupt')
  expect(await open(page)).toBe('none')
  expect(await countEntries(page)).toBe(3)
})

test('[ST6] an upgrade of which a write fails changes nothing', async ({ openPage }) => {
  const page = await openPage()
  await openWith(page, 3)

  const fault = await page.evaluate(() => {
    const { faultOf, open, schema } = window.hand
    const addTwice: (typeof schema)[number] = async (_, transaction) => {
      const runs = transaction.objectStore('runs')
      for (const row of await runs.getAll()) await runs.add(row)
    }
    return faultOf(open({ steps: [...schema, addTwice] }))
  })

  expect(fault).toBe('corrupt')
  expect(await open(page)).toBe('none')
  expect(await countEntries(page)).toBe(3)
})

test("[ST6] a database that others made under this name is 'corrupt'", async ({ openPage }) => {
  const page = await openPage()
  await page.evaluate(async () => (await window.hand.hold()).close())
  expect(await open(page)).toBe('corrupt')
})

test("[ST6] rows that were not written so are 'corrupt' to whatever reads them, and to nothing else", async ({
  openPage,
}) => {
  const page = await openPage()
  await openWith(page, 3)
  const faults = await page.evaluate(async () => {
    const { faultOf, hold, samples, store } = window.hand
    const { alice, bob, bytesOf, feedOf } = samples
    if (!store) throw new Error('it is not open')
    const db = await hold()
    const writing = db.transaction(['runs', 'feeds'], 'readwrite')
    const run = { log: bob, author: alice, first: 1, last: 3, firstLamport: 1, lastLamport: 3 }
    writing.objectStore('runs').put({ ...run, data: bytesOf(5, 5) })
    writing.objectStore('feeds').put({ log: bob, ...feedOf(alice, 1), head: 'one' })
    writing.objectStore('feeds').put({ log: 'no log', ...feedOf(alice, 1) })
    await new Promise((resolve) => writing.addEventListener('complete', resolve))
    db.close()
    return Promise.all(
      [
        store.read(bob, { author: alice, from: 1, to: 1 }, 1000),
        store.readBefore(bob, undefined, 1),
        store.readAfter(bob, undefined, 1),
        store.remove(bob, [{ author: alice, from: 2, to: 3 }], []),
        store.feeds(bob),
        store.list(),
        store.read('room', { author: alice, from: 1, to: 1 }, 1000),
        store.feeds('room'),
      ].map(faultOf),
    )
  })

  expect(faults).toEqual(['corrupt', 'corrupt', 'corrupt', 'corrupt', 'corrupt', 'corrupt', 'none', 'none'])
})

test("[ST6] where a page may keep nothing, as in a sandboxed frame, opening rejects with 'unavailable'", async ({
  openPage,
  sources,
}) => {
  const page = await openPage()
  // Modules are for pages of the same origin, which this one is not: it has none.
  await page.route('**/*', async (route) => {
    const response = await route.fetch()
    const headers = { ...response.headers(), 'access-control-allow-origin': '*' }
    const isPage = route.request().resourceType() === 'document'
    await route.fulfill({
      response,
      headers: isPage ? { ...headers, 'content-security-policy': 'sandbox allow-scripts' } : headers,
    })
  })
  await page.goto(sources.blankPage)
  await prepare(page)

  expect(await open(page)).toBe('unavailable')
  expect(await page.evaluate(() => window.hand.faultOf(window.hand.stores.forgetLogs(window.hand.room)))).toBe(
    'unavailable',
  )
})

test('[ST4] forgetting a room removes every store in it, closes those in other tabs, and no other room', async ({
  openPage,
}) => {
  const [page, other] = [await openPage(), await openPage()]
  await openWith(page, 3)
  await openWith(other, 4)
  await other.evaluate(async () => {
    const { open, samples, store } = window.hand
    await open({ self: samples.bob })
    // Nobody checks here what a room's id is made of.
    await open({ room: 's'.repeat(22) as RoomId })
    window.hand.store = store
  })

  await other.evaluate(() => window.hand.stores.forgetLogs(window.hand.room))

  expect(await databases(page)).toEqual([`starling:${'s'.repeat(22)}:${'-'.repeat(22)}`])
  for (const tab of [page, other])
    await tab.evaluate(async () => {
      if (window.hand.store) await window.hand.contract.expectClosed(window.hand.store)
    })
  expect(await open(page)).toBe('none')
  expect(await countEntries(page)).toBe(0)
})

test("[ST4] forgetting rejects with 'blocked' while a tab does not let go, and happens when that one does", async ({
  openPage,
}) => {
  const [page, other] = [await openPage(), await openPage()]
  await openWith(page, 3)
  await other.evaluate(async () => void (await window.hand.hold()))
  const forget = () =>
    page.evaluate(() => {
      const { clock, faultOf, room, stores } = window.hand
      return faultOf(stores.forgetLogs(room, { clock }))
    })

  expect(await forget()).toBe('blocked')
  expect(await open(page), 'it is still to be removed').toBe('blocked')
  await other.evaluate(() => window.hand.held?.close())

  expect(await open(page)).toBe('none')
  expect(await countEntries(page)).toBe(0)
})

test('[ST4] where browsers do not list databases, those of the peers that are named are forgotten', async ({
  openPage,
}) => {
  const page = await openPage()
  await openWith(page, 3)

  const left = await page.evaluate(async () => {
    const { room, samples, stores } = window.hand
    const list = indexedDB.databases.bind(indexedDB)
    Reflect.deleteProperty(IDBFactory.prototype, 'databases')
    await stores.forgetLogs(room)
    const unnamed = (await list()).length
    await stores.forgetLogs(room, { selves: [samples.alice] })
    return [unnamed, (await list()).length]
  })

  expect(left).toEqual([1, 0])
})

test("[ST6] a store that the browser throws away is 'closed'", async ({ context, openPage }) => {
  const page = await openPage()
  await openWith(page, 3)

  const devtools = await context.newCDPSession(page)
  await devtools.send('Storage.clearDataForOrigin', { origin: new URL(page.url()).origin, storageTypes: 'indexeddb' })

  await page.evaluate(async () => {
    if (window.hand.store) await window.hand.contract.expectClosed(window.hand.store)
  })
  expect(await open(page)).toBe('none')
  expect(await countEntries(page)).toBe(0)
})

/** @returns what sets how many bytes the origin of the page may keep; the browser's own limit for undefined */
async function quotaOf(context: BrowserContext, page: Page): Promise<(bytes: number | undefined) => Promise<void>> {
  const devtools = await context.newCDPSession(page)
  const { origin } = new URL(page.url())
  return async (bytes) => {
    await devtools.send('Storage.overrideQuotaForOrigin', {
      origin,
      ...(bytes === undefined ? {} : { quotaSize: bytes }),
    })
  }
}
