/** The app's log of a long room, scrolled as fast as a finger does: from its end far back, and to the end again. */
import type { Locator, Page } from 'playwright/test'
import { longestWorkWhile } from './task-trace'

/** CSS pixels a turn of the wheel, and turns: as fast as anybody, over some thousands of messages. */
const TURN = { pixels: 1200, times: 200, everyMs: 50 }

interface Scrolled {
  readonly ms: number
  /** the first message that was on the page when it had come as far back as it came */
  readonly oldest: string
  /** how long the longest task lasted, with what it waited for a processor that was busy with other things */
  readonly longestTaskMs: number
  /** the most that one task computed */
  readonly longestWorkMs: number
  /** of 50 ms and more */
  readonly longTasks: number
  /** what ran in the longest frames, a line each */
  readonly blame: readonly string[]
}

export async function scrollThrough(page: Page, address: string): Promise<Scrolled> {
  await page.goto(address)
  const log = page.getByRole('log', { name: 'Messages', exact: true })
  await log.getByRole('article').last().waitFor()
  // It opens where somebody stopped reading.
  await goToEnd(page, log)
  await page.evaluate(observeTasks)
  const box = await log.boundingBox()
  if (!box) throw new Error('The log is not to be seen.')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const start = performance.now()
  const [oldest, longestWorkMs] = await longestWorkWhile(page, async () => {
    const farthest = await backAndForth(page, log)
    await goToEnd(page, log)
    return farthest
  })
  return { ms: performance.now() - start, oldest, longestWorkMs, ...(await page.evaluate(reportTasks)) }
}

/** @returns the first message that was on the page in between */
async function backAndForth(page: Page, log: Locator): Promise<string> {
  let oldest = ''
  for (const direction of [-1, 1]) {
    for (let turn = 0; turn < TURN.times; turn++) {
      await page.mouse.wheel(0, direction * TURN.pixels)
      await page.waitForTimeout(TURN.everyMs)
    }
    oldest ||= (await log.locator('[data-key]').first().getAttribute('data-key')) ?? ''
  }
  return oldest
}

async function goToEnd(page: Page, log: Locator): Promise<void> {
  await log.press('End')
  await page.getByRole('button', { name: /^(Latest|New) messages$/ }).waitFor({ state: 'hidden' })
}

interface Frame {
  readonly duration: number
  readonly scripts: readonly {
    readonly duration: number
    readonly invoker: string
    readonly sourceFunctionName: string
  }[]
}

declare global {
  interface Window {
    tasks: number[]
    longFrames: Frame[]
  }
}

/** Runs in the page. */
function observeTasks(): void {
  window.tasks = []
  window.longFrames = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.tasks.push(duration)
  }).observe({ type: 'longtask' })
  new PerformanceObserver((list) => {
    // TypeScript does not know them yet.
    window.longFrames.push(...(list.getEntries() as unknown as Frame[]))
  }).observe({ type: 'long-animation-frame' })
}

/** Runs in the page. */
function reportTasks(): Pick<Scrolled, 'longestTaskMs' | 'longTasks' | 'blame'> {
  const longest = [...window.longFrames].sort((a, b) => b.duration - a.duration).slice(0, 3)
  const blame = longest.map(({ duration, scripts }) => {
    const parts = scripts.map(
      (script) => `${script.invoker} ${script.sourceFunctionName} ${Math.round(script.duration)} ms`,
    )
    return `  a frame of ${Math.round(duration)} ms: ${parts.join(', ') || 'no script'}`
  })
  return {
    longestTaskMs: Math.round(Math.max(0, ...window.tasks)),
    longTasks: window.tasks.length,
    blame,
  }
}
