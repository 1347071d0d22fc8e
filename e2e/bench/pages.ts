/** Pages of nothing at the server's origin, with the library and the bare peers at hand. */
import type { Page } from 'playwright/test'
import type * as Starling from '../../client/src/mesh/index'
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

export async function closePages(pages: readonly Page[]): Promise<void> {
  await pages[0]?.context().close()
}
