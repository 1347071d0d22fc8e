import { describe, expect, it } from 'vitest'
import { keyOf, Writer } from '../../sim/log-scene'
import { MAX_WAITING_BYTES } from '../protocol/limits'
import { Waiting } from './waiting'

const bob = () => new Writer(keyOf('bob')).writeEach(6)

describe('what waits', () => {
  it('[LG6] is there once, each author in order, until its turn comes', async () => {
    const waiting = new Waiting()
    const writer = bob()
    const [first, second] = [await writer.unit(1, 2), await writer.unit(3, 4)]
    for (const unit of [first, first, second, await writer.unit(2, 4)]) waiting.add(unit, undefined, 0)
    waiting.add(await new Writer(keyOf('carol')).write('hi').unit(1), 1, 0)
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

  it('[LG6] is no more than 8 MiB: what came last falls out', async () => {
    const waiting = new Waiting()
    const words = 'x'.repeat(2 ** 20)
    const writers = Array.from({ length: 12 }, (_, index) => new Writer(keyOf(`writer ${index}`)).write(words))
    for (const writer of writers) waiting.add(await writer.unit(1), undefined, 0)
    expect(waiting.units.map(({ unit }) => unit.author)).toEqual(writers.slice(0, 7).map(({ id }) => id))
    waiting.drop(writers[0]?.id ?? keyOf('nobody').id)
    waiting.add(await (writers[8] ?? bob()).unit(1), undefined, 0)
    expect(waiting.count).toBe(7)
  })

  it('[LG6] counts for more than its bytes when it is small', async () => {
    const waiting = new Waiting()
    const writer = new Writer(keyOf('bob')).writeEach(MAX_WAITING_BYTES / 400)
    const most = writer.entries.length
    for (let seq = 1; seq < most; seq += 500)
      waiting.add(await writer.unit(seq, Math.min(most, seq + 499)), undefined, 0)
    expect(waiting.count).toBeGreaterThan(10_000)
    expect(waiting.count).toBeLessThan(most)
  })
})
