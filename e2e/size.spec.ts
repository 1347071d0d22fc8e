/** How much a visitor has to fetch, and the library as other pages fetch it. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright/test'
import type * as Starling from '../client/src/mesh/index'
import { ServerProcess } from './fixtures/server-process'
import { expect, test } from './fixtures/test'

/** Bytes, compressed with gzip, as for a browser that takes no better. */
const MAX_LIBRARY = 80_000
const MAX_FIRST_LOAD = 200_000

test('the library has at most 80 kB', async ({ server }) => {
  const library = await fetchBytes(`${server.url}/starling.js`)

  expect(gzippedSize(library)).toBeLessThanOrEqual(MAX_LIBRARY)
})

test('the library asks to be compiled while it is loaded, on its first line, where browsers look for that', async ({
  server,
}) => {
  const library = await fetchBytes(`${server.url}/starling.js`)

  expect(library.toString().split('\n', 1)).toEqual(['//# allFunctionsCalledOnLoad'])
})

test('the first load of the app has at most 200 kB, all that it fetches included', async ({ openTab, server }) => {
  const { page } = await openTab({ at: 'about:blank' })
  const fetched = recordFetches(page)

  await page.goto(server.url)
  await page.getByRole('button', { name: 'New room' }).click()
  await expect(page.getByRole('log', { name: 'Messages' })).toBeVisible()

  const sizes = await fetched()
  expect(Object.keys(sizes)).toEqual(
    expect.arrayContaining(['/', expect.stringMatching(/\.js$/), expect.stringMatching(/\.css$/)]),
  )
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0)
  expect(total, JSON.stringify(sizes, undefined, 2)).toBeLessThanOrEqual(MAX_FIRST_LOAD)
})

test('[SG10] a page of another origin imports the library, and is introduced where the operator lets it', async ({
  openTab,
  server: strict,
}) => {
  const elsewhere = await serveBlankPage()
  const { origin } = new URL(elsewhere.url)
  const open = await ServerProcess.start({ ORIGINS: origin })
  const tab = await openTab({ at: elsewhere.url })
  // The browser reports what is refused.
  tab.allow(/WebSocket connection to .* failed/)
  const join = (address: string) =>
    tab.page.evaluate(async (address) => {
      const { joinRoom }: typeof Starling = await import(`${address}/starling.js`)
      const room = await joinRoom({ servers: [address] })
      return { link: room.link, signaling: room.status().signaling.kind }
    }, address)

  const joined = await join(open.url)
  const refused = await join(strict.url)
  await Promise.all([elsewhere.close(), open.stop()])

  expect(joined.signaling).toBe('connected')
  expect(new URL(joined.link).origin).toBe(origin)
  expect(refused.signaling).toBe('unreachable')
})

test('[RL6] a page of another origin has a password hashed by the library, also when the server is gone by then', async ({
  openTab,
  server,
}) => {
  const elsewhere = await serveBlankPage()
  const tab = await openTab({ at: elsewhere.url })
  await tab.page.evaluate(async (address) => void (await import(`${address}/starling.js`)), server.url)
  await server.stop()

  const shares = await tab.page.evaluate(async (address) => {
    // A page imports each module once.
    const { joinRoom }: typeof Starling = await import(`${address}/starling.js`)
    const shares: number[] = []
    const onProgress = (share: number) => void shares.push(share)
    await joinRoom({ link: 'garden', password: 'apples and pears', servers: [address], onProgress })
    return shares
  }, server.url)
  await elsewhere.close()

  expect(shares.at(-1)).toBe(1)
})

test('the types of the library are served, all that they lead to included', async ({ server }) => {
  expect(await readTypes(`${server.url}/starling.d.ts`)).toContain('function joinRoom(')
})

/** @returns what gives the compressed sizes of all that the page fetched over HTTP since, by path */
function recordFetches(page: Page): () => Promise<Record<string, number>> {
  const bodies: Promise<readonly [string, number]>[] = []
  page.on('response', (response) => {
    const size = response.body().then((body) => [new URL(response.url()).pathname, gzippedSize(body)] as const)
    bodies.push(size)
  })
  return async () => Object.fromEntries(await Promise.all(bodies))
}

/** @returns the texts of a module of types and of all that it leads to, each of which has to be there */
async function readTypes(url: string, seen = new Set<string>()): Promise<string> {
  if (seen.has(url)) return ''
  seen.add(url)
  const text = (await fetchBytes(url)).toString()
  const texts = [text]
  for (const [, path = ''] of text.matchAll(/from '(\.[^']+)\.js'/g)) {
    texts.push(await readTypes(new URL(`${path}.d.ts`, url).href, seen))
  }
  return texts.join('\n')
}

async function fetchBytes(url: string): Promise<Buffer> {
  const response = await fetch(url)
  expect(response.status, url).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

function gzippedSize(bytes: Buffer): number {
  return gzipSync(bytes, { level: 9 }).byteLength
}

/** Another site, with an empty page at every address. */
async function serveBlankPage(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server: Server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end('<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}/`, close }
}
