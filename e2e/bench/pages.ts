/** Pages of nothing at the server's origin, with the library and the bare peers at hand. */
import type { BrowserContext, Page } from 'playwright/test'
import type * as Starling from '../../client/src/mesh/index'
import type { ServerProcess } from '../fixtures/server-process'
import type { Bench } from './bench'

declare global {
  interface Window {
    starling: typeof Starling
    room: Starling.Room
  }
}

/** An answer of the server's own, so that the page has a real address. */
const PATH = '/health'
const LIBRARY = '/starling.js'

export async function openPages({ browser, server, bare }: Bench, count: number): Promise<readonly Page[]> {
  const context = await browser.newContext({ bypassCSP: true })
  // tsx keeps the names of functions by calling this.
  await context.addInitScript('globalThis.__name ??= (named) => named')
  const pages: Page[] = []
  for (let index = 0; index < count; index++) {
    const page = await context.newPage()
    await page.goto(server.url + PATH)
    await page.addScriptTag({ content: bare })
    await page.evaluate(async (library) => {
      window.starling = await import(library)
    }, LIBRARY)
    pages.push(page)
  }
  return pages
}

/** Opens one page with the library alone, in whatever browser. */
export async function preparePage(context: BrowserContext, server: ServerProcess): Promise<Page> {
  const page = await context.newPage()
  await page.addInitScript('globalThis.__name ??= (named) => named')
  await page.goto(server.url + PATH)
  await page.evaluate(async (library) => {
    window.starling = await import(library)
  }, LIBRARY)
  return page
}

export async function closePages(pages: readonly Page[]): Promise<void> {
  await pages[0]?.context().close()
}
