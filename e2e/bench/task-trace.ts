/**
 * How much the tasks of a page compute, one by one. How long they last says less on a machine that does other things as
 * well: a task that has to wait for the processor in its middle lasts as long, and is none the worse for it.
 */
import type { CDPSession, Page } from 'playwright/test'

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** of the processor, in microseconds */
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

/**
 * @param page in a browser with no other that does much: the busiest is taken for it
 * @returns what `work` returns, and the most that one task of the page computed meanwhile, in ms
 */
export async function longestWorkWhile<T>(page: Page, work: () => Promise<T>): Promise<[T, number]> {
  const devtools = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  // What it collects is whatever the browser traces, and is typed as nothing in particular.
  devtools.on('Tracing.dataCollected', ({ value }) => void events.push(...(value as unknown as TraceEvent[])))
  await devtools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel'], excludedCategories: ['*'] },
  })
  const result = await work()
  await stopTracing(devtools)
  await devtools.detach()
  return [result, longestWork(events)]
}

async function stopTracing(devtools: CDPSession): Promise<void> {
  const complete = new Promise((resolve) => devtools.once('Tracing.tracingComplete', resolve))
  await devtools.send('Tracing.end')
  await complete
}

function longestWork(events: readonly TraceEvent[]): number {
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`
  const pages = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
  const tasks = new Map(pages.map((event): [string, number[]] => [threadOf(event), []]))
  for (const event of events) {
    if (event.name.endsWith('RunTask')) tasks.get(threadOf(event))?.push((event.tdur ?? 0) / 1000)
  }
  const sum = (numbers: readonly number[]) => numbers.reduce((total, ms) => total + ms, 0)
  const [busiest = []] = [...tasks.values()].sort((a, b) => sum(b) - sum(a))
  return busiest.reduce((most, ms) => Math.max(most, ms), busiest[0] ?? Number.NaN)
}
