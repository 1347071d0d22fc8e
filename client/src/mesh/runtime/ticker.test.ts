import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../sim/virtual-clock'
import { Ticker } from './ticker'

function setUp() {
  const clock = new VirtualClock()
  const ticks: string[] = []
  const note = (who: string) => () => void ticks.push(`${who} ${clock.now()}`)
  return { clock, ticks, note, ticker: new Ticker(clock, 500) }
}

describe('a ticker', () => {
  it('ticks for all at the same moments', async () => {
    const { clock, ticks, note, ticker } = setUp()
    ticker.join(note('ada'))
    await clock.run(700)
    ticker.join(note('ben'))
    await clock.run(900)
    expect(ticks).toEqual(['ada 500', 'ada 1000', 'ben 1000', 'ada 1500', 'ben 1500'])
  })

  it('ticks for nobody who has left, not even in the tick that is under way', async () => {
    const { clock, ticks, note, ticker } = setUp()
    const leaves: (() => void)[] = []
    ticker.join(() => {
      for (const leave of leaves) leave()
    })
    leaves.push(ticker.join(note('ben')))
    await clock.run(2000)
    expect(ticks).toEqual([])
  })

  it('rests while there is nobody, and begins anew with the next', async () => {
    const { clock, ticks, note, ticker } = setUp()
    const leave = ticker.join(note('ada'))
    await clock.run(600)
    leave()
    leave()
    await clock.run(1000)
    ticker.join(note('ben'))
    await clock.run(500)
    expect(ticks).toEqual(['ada 500', 'ben 2100'])
  })

  it('keeps one who has joined twice apart', async () => {
    const { clock, ticks, note, ticker } = setUp()
    const ada = note('ada')
    const leave = ticker.join(ada)
    ticker.join(ada)
    leave()
    await clock.run(500)
    expect(ticks).toEqual(['ada 500'])
  })
})
