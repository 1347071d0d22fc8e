/**
 * What a page costs in memory: its heap by what the browser says, and its process by what the system says (Linux alone).
 * What counts is what the process has to itself, which is also what the browser's own task manager shows. What is resident
 * is more: the browser's code is mapped into each of its processes, and is there once for all of them.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { BrowserContext, Page } from 'playwright/test'
import { rounded } from './statistics'

interface ProcessMemory {
  /** the process's alone, on the disk as well where the system has moved it there */
  readonly privateMb: number
  /** in memory, with what others have as well */
  readonly residentMb: number
  /** of it, what is mapped from files: the browser's code, above all */
  readonly filesMb: number
}

interface Memory extends ProcessMemory {
  readonly heapMb: number
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
  `heap ${now.heapMb} MB (${collected.heapMb} collected), resident ${now.residentMb} MB ` +
  `with ${now.filesMb} MB of code and files that the browser's processes share, ` +
  `private ${now.privateMb} MB (${collected.privateMb} collected)`

async function findRenderer(context: BrowserContext): Promise<ProcessMemory> {
  const devtools = await context.browser()?.newBrowserCDPSession()
  const { processInfo = [] } = (await devtools?.send('SystemInfo.getProcessInfo')) ?? {}
  await devtools?.detach()
  const sizes = processInfo
    .filter(({ type, id }) => type === 'renderer' && existsSync(`/proc/${id}/status`))
    .map(({ id }) => readFileSync(`/proc/${id}/status`, 'utf8'))
    .map((status) => ({
      privateMb: rounded(sizeIn(status, 'RssAnon') + sizeIn(status, 'VmSwap'), 1),
      residentMb: sizeIn(status, 'VmRSS'),
      filesMb: sizeIn(status, 'RssFile'),
    }))
    .sort((a, b) => b.privateMb - a.privateMb)
  return sizes[0] ?? { privateMb: Number.NaN, residentMb: Number.NaN, filesMb: Number.NaN }
}

const sizeIn = (status: string, name: string): number =>
  megabytes(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024)

const megabytes = (bytes: number): number => rounded(bytes / 1e6, 1)
