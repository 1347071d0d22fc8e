/** Where the time of a page goes, function by function. */
import type { Page } from 'playwright/test'
import { rounded } from './statistics'

const SHOWN = 15

/** @returns what `work` returns, and lines of the functions in which the page spent most of its time meanwhile */
export async function profileWhile<T>(page: Page, work: () => Promise<T>): Promise<[T, readonly string[]]> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Profiler.enable')
  await devtools.send('Profiler.setSamplingInterval', { interval: 1000 })
  await devtools.send('Profiler.start')
  const result = await work()
  const { profile } = await devtools.send('Profiler.stop')
  await devtools.detach()
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber, columnNumber } }) => {
      const place = url === '' ? '' : ` ${url.split('/').at(-1)}:${lineNumber + 1}:${columnNumber + 1}`
      return [id, `${functionName || '(anonymous)'}${place}`]
    }),
  )
  const spent = new Map<string, number>()
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const name = names.get(id) ?? ''
    spent.set(name, (spent.get(name) ?? 0) + (profile.timeDeltas?.[index] ?? 0) / 1000)
  }
  const all = [...spent.values()].reduce((sum, ms) => sum + ms, 0)
  const top = [...spent].sort(([, a], [, b]) => b - a).slice(0, SHOWN)
  const lines = top.map(
    ([name, ms]) => `  ${`${rounded((100 * ms) / all, 1)} %`.padStart(7)} ${rounded(ms, 0)} ms ${name}`,
  )
  return [result, lines]
}
