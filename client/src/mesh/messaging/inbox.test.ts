import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../sim/virtual-clock'
import {
  MAX_INBOX_PAYLOADS,
  MAX_MESSAGE_BYTES,
  MAX_QUEUED_BYTES,
  PAYLOAD_BURST,
  PAYLOAD_UNIT_BYTES,
  PAYLOADS_PER_SECOND,
} from '../protocol/limits'
import { seconds } from '../runtime/clock'
import { Inbox } from './inbox'

const SMALL = Uint8Array.of(1)
const LARGEST = new Uint8Array(MAX_MESSAGE_BYTES)

function setUp() {
  const clock = new VirtualClock()
  const handled: number[] = []
  const inbox = new Inbox({ clock, handle: (seq) => handled.push(seq) })
  return { clock, handled, inbox }
}

/** Pushes so many payloads, numbered on. @returns how many were taken */
function pushAll(inbox: Inbox, count: number, from = 1, payload = SMALL): number {
  let taken = 0
  for (let seq = from; seq < from + count; seq++) if (inbox.push(seq, payload)) taken += 1
  return taken
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe('an inbox', () => {
  it('[SE9] hands on at once what comes at the pace of people', async () => {
    const { clock, handled, inbox } = setUp()
    for (let seq = 1; seq <= 50; seq++) {
      expect(inbox.push(seq, SMALL)).toBe(true)
      expect(handled).toHaveLength(seq)
      await clock.run(100)
    }
  })

  it('[SE9] hands a flood on at a pace that a page can bear, whole and in order', async () => {
    const { clock, handled, inbox } = setUp()
    const all = PAYLOAD_BURST + 3 * PAYLOADS_PER_SECOND
    expect(pushAll(inbox, all)).toBe(all)
    expect(handled).toHaveLength(PAYLOAD_BURST)
    for (let second = 1; second <= 3; second++) {
      await clock.run(seconds(1))
      const due = PAYLOAD_BURST + second * PAYLOADS_PER_SECOND
      expect(handled.length).toBeGreaterThan(due - 100)
      expect(handled.length).toBeLessThanOrEqual(due)
    }
    await clock.run(100)
    expect(handled).toEqual(numbers(all))
  })

  it('[SE9] hands on little at a time, so that a page can draw in between', async () => {
    const { clock, handled, inbox } = setUp()
    pushAll(inbox, PAYLOAD_BURST + 1000)
    for (let moment = 0; moment < 20; moment++) {
      const before = handled.length
      await clock.run(20)
      expect(handled.length - before).toBeLessThanOrEqual(PAYLOADS_PER_SECOND / 50)
    }
  })

  it('[SE9] lets nothing overtake what waits', async () => {
    const { clock, handled, inbox } = setUp()
    pushAll(inbox, PAYLOAD_BURST + 10)
    await clock.run(10)
    pushAll(inbox, 1, PAYLOAD_BURST + 11)
    expect(handled).toHaveLength(PAYLOAD_BURST)
    await clock.run(100)
    expect(handled).toEqual(numbers(PAYLOAD_BURST + 11))
  })

  it('[SE9] counts a large payload as many small ones', async () => {
    const { clock, handled, inbox } = setUp()
    pushAll(inbox, PAYLOAD_BURST)
    pushAll(inbox, 10, PAYLOAD_BURST + 1, LARGEST)
    expect(handled).toHaveLength(PAYLOAD_BURST)
    const cost = 1 + MAX_MESSAGE_BYTES / PAYLOAD_UNIT_BYTES
    await clock.run((seconds(10) * cost) / PAYLOADS_PER_SECOND - 20)
    expect(handled.length).toBeLessThan(PAYLOAD_BURST + 10)
    await clock.run(50)
    expect(handled).toHaveLength(PAYLOAD_BURST + 10)
  })

  it('[SE9] refuses what is more than one peer may have unacknowledged, and takes more when there is room', async () => {
    const { clock, handled, inbox } = setUp()
    expect(pushAll(inbox, PAYLOAD_BURST + MAX_INBOX_PAYLOADS)).toBe(PAYLOAD_BURST + MAX_INBOX_PAYLOADS)
    expect(inbox.push(1, SMALL)).toBe(false)
    await clock.run(50)
    expect(inbox.push(PAYLOAD_BURST + MAX_INBOX_PAYLOADS + 1, SMALL)).toBe(true)
    await clock.run(seconds(10))
    expect(handled).toEqual(numbers(PAYLOAD_BURST + MAX_INBOX_PAYLOADS + 1))
  })

  it('[SE9] refuses what is more bytes than one peer may have unacknowledged', async () => {
    const { clock, handled, inbox } = setUp()
    pushAll(inbox, PAYLOAD_BURST)
    const fitting = MAX_QUEUED_BYTES / MAX_MESSAGE_BYTES
    expect(pushAll(inbox, fitting + 5, PAYLOAD_BURST + 1, LARGEST)).toBe(fitting)
    expect(inbox.push(1, new Uint8Array())).toBe(true)
    await clock.run(seconds(2))
    expect(handled).toHaveLength(PAYLOAD_BURST + fitting + 1)
    expect(pushAll(inbox, fitting, 1, LARGEST)).toBe(fitting)
  })

  it('[SE9] that is cleared hands nothing of it on, and takes as much again', async () => {
    const { clock, handled, inbox } = setUp()
    pushAll(inbox, PAYLOAD_BURST + MAX_INBOX_PAYLOADS)
    inbox.clear()
    await clock.run(seconds(1))
    expect(handled).toHaveLength(PAYLOAD_BURST)
    expect(pushAll(inbox, MAX_INBOX_PAYLOADS, PAYLOAD_BURST + 1)).toBe(MAX_INBOX_PAYLOADS)
    await clock.run(seconds(6))
    expect(handled).toEqual(numbers(PAYLOAD_BURST + MAX_INBOX_PAYLOADS))
  })

  it('[SE9] that is cleared by whoever it hands something to stops there', async () => {
    const clock = new VirtualClock()
    const handled: number[] = []
    const inbox: Inbox = new Inbox({
      clock,
      handle: (seq) => {
        handled.push(seq)
        if (seq === PAYLOAD_BURST + 5) inbox.clear()
      },
    })
    pushAll(inbox, PAYLOAD_BURST + 10)
    await clock.run(seconds(1))
    expect(handled.at(-1)).toBe(PAYLOAD_BURST + 5)
    inbox.push(1, SMALL)
    expect(handled.at(-1)).toBe(1)
  })
})

describe('an inbox whose payloads are slow to deal with', () => {
  function slow(cost: number) {
    const clock = new VirtualClock()
    const page = { busy: 0, cost, handled: [] as number[] }
    const handle = (seq: number) => {
      page.busy += page.cost
      page.handled.push(seq)
    }
    const now = () => clock.now() + page.busy
    const inbox = new Inbox({
      clock: { now, wallTime: () => clock.wallTime(), after: (delay, task) => clock.after(delay, task) },
      handle,
    })
    return { clock, page, inbox }
  }

  it('[SE9] leaves the page half of its time', async () => {
    const { clock, page, inbox } = slow(10)
    pushAll(inbox, 200)
    expect(page.busy).toBeGreaterThan(40)
    expect(page.busy).toBeLessThan(120)
    const before = page.busy
    // What runs on the clock is all the time in which the page is not dealing with payloads.
    await clock.run(1000)
    expect(page.busy - before).toBeGreaterThan(500)
    expect(page.busy - before).toBeLessThan(1100)
    expect(page.handled).toEqual(numbers(page.handled.length))
  })

  it('[SE9] goes on with the next that comes, where a hidden page lets its timer wait', () => {
    const { page, inbox } = slow(200)
    pushAll(inbox, 3)
    expect(page.handled).toEqual([1])
    page.busy += 1000
    page.cost = 0
    inbox.push(4, SMALL)
    expect(page.handled).toEqual([1, 2, 3, 4])
  })
})
