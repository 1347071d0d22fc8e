/** What pages of the history benchmark do with their room. Each function is sent into the page, and uses nothing outside. */

declare global {
  interface Window {
    /** texts that came since this page joined, one's own as well */
    heard: number
  }
}

export async function joinRoom(link: string): Promise<void> {
  const room = await window.starling.joinRoom({ link })
  window.room = room
  window.heard = 0
  room.on('entry', ({ content }) => {
    if (content.kind === 'text') window.heard += 1
  })
}

/** Joins, and reads what is newest there. */
export async function openNewest({ link, newest }: { readonly link: string; readonly newest: number }) {
  const start = performance.now()
  window.room = await window.starling.joinRoom({ link })
  const joined = performance.now()
  const { entries } = await window.room.history({ limit: newest })
  return { count: entries.length, joinMs: joined - start, historyMs: performance.now() - joined }
}

/** Says so much as fast as it is stored, several at once; of letters that no disk makes much smaller. */
export async function write(options: {
  readonly count: number
  readonly batch: number
  readonly bytes: number
}): Promise<void> {
  const { count, batch, bytes } = options
  const letters = () => Array.from({ length: 17 }, () => Math.random().toString(36).slice(2)).join(' ')
  for (let said = 0; said < count; said += batch) {
    const some = Array.from({ length: Math.min(batch, count - said) }, (_, index) =>
      window.room.broadcast(`${said + index} ${letters()}`.slice(0, bytes)),
    )
    await Promise.all(some)
  }
}

/** Resolves when so many have come. */
export async function untilHeard(count: number): Promise<void> {
  while (window.heard < count) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** Reads the whole history, from the newest page back. */
export async function readAll(limit: number) {
  const { comparePositions } = window.starling
  const start = performance.now()
  let [count, slowestMs, isOrdered] = [0, 0, true]
  let before: Parameters<typeof comparePositions>[0] | undefined
  for (let more = true; more; ) {
    const asked = performance.now()
    const page = await window.room.history({ limit, ...(before && { before }) })
    slowestMs = Math.max(slowestMs, performance.now() - asked)
    count += page.entries.filter(({ content }) => content.kind === 'text').length
    for (const entry of page.entries.toReversed()) {
      isOrdered &&= before === undefined || comparePositions(entry, before) < 0
      before = entry
    }
    more = page.more
  }
  return { count, isOrdered, slowestMs, ms: performance.now() - start }
}

/** @returns how many were said since an entry, with it; undefined when it is not there */
export async function countSince(id: string): Promise<number | undefined> {
  let count = 0
  let before: Parameters<typeof window.starling.comparePositions>[0] | undefined
  for (let more = true; more; ) {
    const page = await window.room.history({ limit: 1000, ...(before && { before }) })
    const found = page.entries.findIndex((entry) => entry.id === id)
    if (found >= 0) return count + page.entries.length - found
    count += page.entries.length
    before = page.entries[0]
    more = page.more
  }
  return undefined
}
