/** What a page costs in memory: its heap by what the browser says, and its process by what the system says (Linux alone). */
import { existsSync, readFileSync } from 'node:fs'
import type { BrowserContext, Page } from 'playwright/test'
import { rounded } from './statistics'

interface Memory {
  readonly heapMb: number
  /** of the process, with the code of the browser, which all its processes share */
  readonly residentMb: number
  /** of it, what is the process's alone */
  readonly anonymousMb: number
}

/**
 * @param context a browser with no other page: the largest of its renderers is taken for the page's
 * @returns what it takes now, and when all is gone that nobody holds
 */
export async function measureMemory(
  context: BrowserContext,
  page: Page,
): Promise<{ readonly now: Memory; readonly collected: Memory }> {
  const devtools = await context.newCDPSession(page)
  await devtools.send('Performance.enable')
  const measure = async (): Promise<Memory> => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN
    return { heapMb: megabytes(heap), ...(await findRenderer(context)) }
  }
  const now = await measure()
  await devtools.send('HeapProfiler.collectGarbage')
  const collected = await measure()
  await devtools.detach()
  return { now, collected }
}

export const describeMemory = ({ now, collected }: Awaited<ReturnType<typeof measureMemory>>): string =>
  `process ${now.residentMb} MB, ${now.anonymousMb} MB of it its own, heap ${now.heapMb} MB; ` +
  `collected ${collected.residentMb}, ${collected.anonymousMb}, ${collected.heapMb} MB`

async function findRenderer(context: BrowserContext): Promise<Pick<Memory, 'residentMb' | 'anonymousMb'>> {
  const devtools = await context.browser()?.newBrowserCDPSession()
  const { processInfo = [] } = (await devtools?.send('SystemInfo.getProcessInfo')) ?? {}
  await devtools?.detach()
  const sizes = processInfo
    .filter(({ type, id }) => type === 'renderer' && existsSync(`/proc/${id}/status`))
    .map(({ id }) => readFileSync(`/proc/${id}/status`, 'utf8'))
    .map((status) => ({ residentMb: sizeIn(status, 'VmRSS'), anonymousMb: sizeIn(status, 'RssAnon') }))
    .sort((a, b) => b.residentMb - a.residentMb)
  return sizes[0] ?? { residentMb: Number.NaN, anonymousMb: Number.NaN }
}

const sizeIn = (status: string, name: string): number =>
  megabytes(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024)

const megabytes = (bytes: number): number => rounded(bytes / 1e6, 1)
