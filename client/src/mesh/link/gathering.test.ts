import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../sim/virtual-clock'
import { decodeIntroduction, encodeIntroduction, type LinkSignal } from '../protocol/introductions'
import { MAX_SIGNALS_TOGETHER } from '../protocol/limits'
import { Gathering } from './gathering'
import { CANDIDATE_PATIENCE, GATHER_TIME } from './timing'

const SDP = 'v=0\r\nm=application\r\n'
const OFFER: LinkSignal = { kind: 'offer', sdp: SDP }
const candidate = (words: string): LinkSignal => ({
  kind: 'candidate',
  candidate: `candidate:${words}`,
  sdpMid: null,
  sdpMLineIndex: null,
})
const offerWith = (...candidates: readonly string[]): LinkSignal => ({
  kind: 'offer',
  sdp: SDP + candidates.map((words) => `a=candidate:${words}\r\n`).join(''),
})

function setUp() {
  const clock = new VirtualClock()
  const told: (readonly LinkSignal[])[] = []
  return { clock, told, gathering: new Gathering({ clock, tell: (signals) => told.push(signals) }) }
}

describe('what a browser finds', () => {
  it('[DI14] is told as soon as there is no more of it, candidates within the description', async () => {
    const { clock, told, gathering } = setUp()
    gathering.add(OFFER)
    gathering.add(candidate('one'))
    gathering.add(candidate('two'))
    expect(told).toEqual([])
    gathering.complete()
    expect(told).toEqual([[offerWith('one', 'two')]])
    await clock.run(1000)
    expect(told).toHaveLength(1)
  })

  it('[DI14] waits for more no longer than 100 ms from the first candidate on', async () => {
    const { clock, told, gathering } = setUp()
    gathering.add(OFFER)
    await clock.run(60)
    gathering.add(candidate('one'))
    await clock.run(GATHER_TIME - 1)
    gathering.add(candidate('two'))
    expect(told).toEqual([])
    await clock.run(1)
    expect(told).toEqual([[offerWith('one', 'two')]])
  })

  it('[DI14] that comes late is told on its own, all of a moment together', async () => {
    const { clock, told, gathering } = setUp()
    gathering.add(OFFER)
    gathering.add(candidate('one'))
    await clock.run(GATHER_TIME)
    gathering.add(candidate('two'))
    await clock.run(GATHER_TIME - 1)
    gathering.add(candidate('three'))
    await clock.run(1)
    expect(told.slice(1)).toEqual([[candidate('two'), candidate('three')]])
    gathering.complete()
    gathering.add(candidate('four'))
    await clock.run(GATHER_TIME - 1)
    gathering.add(candidate('five'))
    await clock.run(1)
    expect(told.slice(2)).toEqual([[candidate('four'), candidate('five')]])
  })

  it('[DI14] is told without any candidate when none comes for 300 ms', async () => {
    const { clock, told, gathering } = setUp()
    gathering.add(OFFER)
    await clock.run(CANDIDATE_PATIENCE - 1)
    expect(told).toEqual([])
    await clock.run(1)
    expect(told).toEqual([[OFFER]])
  })

  it('[DI14] is told at once when the browser is done before it describes', () => {
    const { told, gathering } = setUp()
    gathering.complete()
    expect(told).toEqual([])
    gathering.add(OFFER)
    expect(told).toEqual([[OFFER]])
  })

  it('[DI14] is told with a description that comes after it', async () => {
    const { clock, told, gathering } = setUp()
    gathering.add(candidate('one'))
    await clock.run(60)
    gathering.add(OFFER)
    await clock.run(GATHER_TIME - 60)
    expect(told).toEqual([[offerWith('one')]])
  })

  it('[DI14] travels on its own when the description has no room for it; the other side takes both', () => {
    const { told, gathering } = setUp()
    const long = 'x'.repeat(1000)
    gathering.add(OFFER)
    for (let number = 10; number < 24; number++) gathering.add(candidate(number + long))
    gathering.complete()
    expect(told.map((together) => together.map(({ kind }) => kind))).toEqual([
      ['offer'],
      Array.from({ length: 2 }, () => 'candidate'),
    ])
    expect(told[1]).toEqual([candidate(22 + long), candidate(23 + long)])
    for (const signals of told)
      expect(decodeIntroduction(encodeIntroduction({ number: 1, session: 'call', signals }))).toMatchObject({
        ok: true,
      })
  })

  it('[DI14] travels in order, and in parts when there is much of it', async () => {
    const { clock, told, gathering } = setUp()
    const signals = Array.from({ length: 2 * MAX_SIGNALS_TOGETHER + 1 }, (_, number) => candidate(`${number}`))
    for (const signal of signals) gathering.add(signal)
    await clock.run(GATHER_TIME)
    expect(told.map((together) => together.length)).toEqual([16, 16, 1])
    expect(told.flat()).toEqual(signals)
  })
})
