import { describe, expect, it } from 'vitest'
import { keyOf, Writer } from '../../sim/log-scene'
import { MAX_WAITING_BYTES } from '../protocol/limits'
import type { Unit } from './runs'
import { Waiting } from './waiting'

const carol = keyOf('carol').id

/** It waits for what carol says. */
const waits = (unit: Unit, seq = 1, start?: number, sender = carol) => ({
  ...{ unit, start, sender, since: 0 },
  on: { author: carol, seq },
})

const bob = () => new Writer(keyOf('bob')).writeEach(6)

describe('what waits', () => {
  it('[LG6] is there once, each author in order, until its turn comes', async () => {
    const waiting = new Waiting()
    const writer = bob()
    const [first, second] = [await writer.unit(1, 2), await writer.unit(3, 4)]
    for (const unit of [first, first, second, await writer.unit(2, 4)]) waiting.add(waits(unit))
    waiting.add(waits(await new Writer(keyOf('dave')).write('hi').unit(1), 1, 1))
    expect(waiting.count).toBe(5)
    expect(waiting.units.map(({ unit, start }) => [unit.entries.length, start])).toEqual([
      [2, undefined],
      [2, undefined],
      [1, 1],
    ])
    expect(waiting.tail(writer.id)).toEqual({ seq: 4, hash: writer.entries[3]?.hash })
    waiting.take(second)
    expect(waiting.tail(writer.id)?.seq).toBe(2)
    waiting.drop(writer.id)
    expect(waiting.count).toBe(1)
    expect(waiting.tail(writer.id)).toBeUndefined()
  })

  it('[LG6] is found by what it waits for, which may be something else later', async () => {
    const waiting = new Waiting()
    const [one, other] = [waits(await bob().unit(1), 3), waits(await new Writer(keyOf('dave')).write('hi').unit(1), 5)]
    for (const each of [one, other]) waiting.add(each)
    const behind = (from: number, to: number) => waiting.behind({ author: carol, from, to }).map(({ unit }) => unit)
    expect(behind(1, 2)).toEqual([])
    expect(behind(3, 3)).toEqual([one.unit])
    expect(behind(4, 1e9)).toEqual([other.unit])
    waiting.block(one, { author: carol, seq: 7 })
    expect(behind(3, 3)).toEqual([])
    expect(behind(6, 7)).toEqual([one.unit])
    waiting.take(one.unit)
    waiting.take(one.unit)
    expect(behind(1, 1e9)).toEqual([other.unit])
    expect(waiting.count).toBe(1)
  })

  it('[LG6] is no more than 8 MiB: what came last falls out', async () => {
    const waiting = new Waiting()
    const words = 'x'.repeat(2 ** 20)
    const writers = Array.from({ length: 12 }, (_, index) => new Writer(keyOf(`writer ${index}`)).write(words))
    for (const writer of writers) waiting.add(waits(await writer.unit(1)))
    expect(waiting.units.map(({ unit }) => unit.author)).toEqual(writers.slice(0, 7).map(({ id }) => id))
    waiting.drop(writers[0]?.id ?? keyOf('nobody').id)
    waiting.add(waits(await (writers[8] ?? bob()).unit(1)))
    expect(waiting.count).toBe(7)
  })

  it('[LG6] counts for more than its bytes when it is small', async () => {
    const waiting = new Waiting()
    const writer = new Writer(keyOf('bob')).writeEach(MAX_WAITING_BYTES / 400)
    const most = writer.entries.length
    for (let seq = 1; seq < most; seq += 500) waiting.add(waits(await writer.unit(seq, Math.min(most, seq + 499))))
    expect(waiting.count).toBeGreaterThan(10_000)
    expect(waiting.count).toBeLessThan(most)
  })
})
