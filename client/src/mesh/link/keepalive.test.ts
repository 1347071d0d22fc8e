import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../sim/virtual-clock'
import type { Frame } from '../protocol/frames'
import type { Millis } from '../runtime/clock'
import { Ticker } from '../runtime/ticker'
import { Keepalive, type Life } from './keepalive'
import { WATCH_INTERVAL } from './timing'

/** Alice watches bob. What she finds is noted with its moment. */
class Watch {
  readonly clock = new VirtualClock()
  readonly pings: number[] = []
  readonly lives: [Life, Millis][] = []
  readonly rtts: Millis[] = []
  watched = 0
  /** how long bob takes to answer; undefined: he does not */
  answersAfter: Millis | undefined
  readonly keepalive = new Keepalive({
    clock: this.clock,
    watch: new Ticker(this.clock, WATCH_INTERVAL),
    asksFirst: true,
    ping: (frame) => {
      if (frame.kind !== 'ping') throw new Error(`it sent a ${frame.kind}`)
      this.pings.push(frame.stamp)
      if (this.answersAfter === undefined) return
      this.clock.after(this.answersAfter, () => {
        this.keepalive.heard()
        this.keepalive.pong(frame.stamp)
      })
    },
    onWatch: () => {
      this.watched += 1
    },
    onLife: (life) => this.lives.push([life, this.clock.now()]),
    onRtt: (rtt) => this.rtts.push(rtt),
  })

  run(duration: Millis): Promise<void> {
    return this.clock.run(duration)
  }
}

describe('signs of life', () => {
  it('[KA1] are asked for once a second when there are no others', async () => {
    const watch = new Watch()
    watch.answersAfter = 40
    watch.keepalive.start()
    await watch.run(5200)
    expect(watch.pings).toEqual([1000, 2000, 3000, 4000, 5000])
    expect(watch.watched).toBe(10)
    expect(watch.lives).toEqual([])
  })

  it('[KA1] are not asked for while both sides talk', async () => {
    const watch = new Watch()
    watch.keepalive.start()
    for (let time = 0; time < 9; time++) {
      await watch.run(500)
      watch.keepalive.heard()
      watch.keepalive.said()
    }
    expect(watch.pings).toEqual([])
  })

  it('[KA1] are given every second to whoever talks, and asked for of whoever does not', async () => {
    const listening = new Watch()
    const talking = new Watch()
    for (const { keepalive } of [listening, talking]) keepalive.start()
    for (let time = 0; time < 45; time++) {
      await Promise.all([listening.run(100), talking.run(100)])
      listening.keepalive.heard()
      talking.keepalive.said()
    }
    expect(listening.pings).toEqual([1000, 2000, 3000, 4000])
    expect(talking.pings).toEqual([1500, 2500, 3500, 4500])
  })

  it('[KA1] are asked for by one of two who have nothing else to say, and both learn the round trip', async () => {
    for (let offset = 0; offset < 500; offset += 70) {
      const clock = new VirtualClock()
      const [pings, rtts] = [
        [0, 0],
        [0, 0],
      ]
      const sides = [0, 1].map((own) => {
        const other = () => sides[1 - own]
        const ping = (frame: Frame) => {
          pings[own] = (pings[own] ?? 0) + 1
          sides[own]?.said()
          clock.after(20, () => {
            other()?.heard()
            other()?.said()
            clock.after(20, () => {
              sides[own]?.heard()
              if (frame.kind === 'ping') sides[own]?.pong(frame.stamp)
            })
          })
        }
        const onRtt = () => {
          rtts[own] = (rtts[own] ?? 0) + 1
        }
        const watch = new Ticker(clock, WATCH_INTERVAL)
        return new Keepalive({ clock, watch, asksFirst: own === 0, ping, onWatch: () => {}, onLife: () => {}, onRtt })
      })
      sides[0]?.start()
      await clock.run(offset)
      sides[1]?.start()
      await clock.run(60_000)
      const [alices = 0, bobs = 0] = pings
      expect(alices + bobs, `of two, ${offset} ms apart`).toBeLessThanOrEqual(75)
      expect(Math.min(...rtts), `of two, ${offset} ms apart`).toBeGreaterThanOrEqual(11)
    }
  })

  it('[KA1] are every frame, whatever it says', async () => {
    const watch = new Watch()
    watch.keepalive.start()
    for (let time = 0; time < 20; time++) {
      await watch.run(2000)
      watch.keepalive.heard()
    }
    expect(watch.lives).toEqual([])
  })

  it('[KA2] tell the round trip, smoothed by an eighth', async () => {
    const watch = new Watch()
    watch.answersAfter = 80
    watch.keepalive.start()
    await watch.run(1500)
    watch.answersAfter = 160
    await watch.run(2000)
    expect(watch.rtts).toEqual([80, 90, 98.75])
  })

  it('[KA2] tell nothing by a stamp that was never sent', async () => {
    const watch = new Watch()
    watch.keepalive.start()
    await watch.run(1000)
    for (const stamp of [1001, 1e300, -1e300, -2801, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      watch.keepalive.pong(stamp)
    }
    expect(watch.rtts).toEqual([])
  })
})

describe('silence', () => {
  it('[KA3] of 2.5 s makes bob suspected, [KA4] of 3.8 s dead, within 5 s of his last sign of life', async () => {
    for (let last = 0; last < 1000; last += 37) {
      const watch = new Watch()
      watch.keepalive.start()
      await watch.run(last)
      watch.keepalive.heard()
      await watch.run(2499)
      expect(watch.lives).toEqual([])
      await watch.run(600)
      expect(watch.keepalive.life).toBe('suspected')
      await watch.run(3799 - 3099)
      expect(watch.keepalive.life).toBe('suspected')
      await watch.run(5000 - 3799)
      expect(watch.lives.map(([life]) => life)).toEqual(['suspected', 'dead'])
    }
  })

  it('[KA3] is not waited for when the link is gone', async () => {
    const watch = new Watch()
    watch.keepalive.start()
    await watch.run(100)
    watch.keepalive.unlinked()
    watch.keepalive.unlinked()
    expect(watch.lives).toEqual([['suspected', 100]])
    await watch.run(4900)
    expect(watch.lives.map(([life]) => life)).toEqual(['suspected', 'dead'])
    watch.keepalive.unlinked()
    expect(watch.keepalive.life).toBe('dead')
  })

  it('[KA3] is over when bob is heard again, suspected or dead', async () => {
    const watch = new Watch()
    watch.keepalive.start()
    await watch.run(3000)
    watch.keepalive.heard()
    await watch.run(5000)
    watch.keepalive.heard()
    expect(watch.lives.map(([life]) => life)).toEqual(['suspected', 'heard', 'suspected', 'dead', 'heard'])
    watch.answersAfter = 40
    await watch.run(10_000)
    expect(watch.lives).toHaveLength(5)
  })

  it('[KA3] begins anew with every link', async () => {
    const watch = new Watch()
    watch.keepalive.start()
    await watch.run(2400)
    watch.keepalive.start()
    await watch.run(2400)
    expect(watch.lives).toEqual([])
    await watch.run(600)
    expect(watch.keepalive.life).toBe('suspected')
  })

  it('[KA1] is not judged, and nobody asked, once the watch is over; a new start watches once, not twice', async () => {
    const watch = new Watch()
    watch.keepalive.start()
    watch.keepalive.start()
    await watch.run(3000)
    expect(watch.pings).toEqual([1000, 2000, 3000])
    watch.keepalive.stop()
    watch.keepalive.stop()
    await watch.run(10_000)
    expect(watch.pings).toHaveLength(3)
    expect(watch.keepalive.life).toBe('suspected')
  })
})

describe('a host that slept', () => {
  /** The timers of a sleeping host stand still while the clock goes on. */
  class SleepyClock extends VirtualClock {
    #slept: Millis = 0
    override now(): Millis {
      return super.now() + this.#slept
    }
    sleep(duration: Millis): void {
      this.#slept += duration
    }
  }

  function watchWith(clock: SleepyClock) {
    const lives: Life[] = []
    const pings: Millis[] = []
    const keepalive = new Keepalive({
      clock,
      watch: new Ticker(clock, WATCH_INTERVAL),
      asksFirst: true,
      ping: () => pings.push(clock.now()),
      onWatch: () => {},
      onLife: (life) => lives.push(life),
      onRtt: () => {},
    })
    return { lives, pings, keepalive }
  }

  it('[KA5] judges nobody by the silence of its own sleep, and gives the usual time from then on', async () => {
    const clock = new SleepyClock()
    const { keepalive, lives } = watchWith(clock)
    keepalive.start()
    await clock.run(1000)
    keepalive.heard()
    clock.sleep(60_000)
    await clock.run(2400)
    expect(lives).toEqual([])
    await clock.run(3000)
    expect(lives).toEqual(['suspected', 'dead'])
  })

  it('[KA1] asks as soon as it wakes', async () => {
    const clock = new SleepyClock()
    const { keepalive, pings } = watchWith(clock)
    keepalive.start()
    await clock.run(400)
    clock.sleep(2000)
    await clock.run(100)
    expect(pings).toEqual([2500])
  })

  it('[KA5] takes a watch that is 1.5 s late for sleep, and one that is less late for a busy page', async () => {
    for (const [late, expected] of [
      [900, ['suspected']],
      [1600, []],
    ] as const) {
      const clock = new SleepyClock()
      const { keepalive, lives } = watchWith(clock)
      keepalive.start()
      await clock.run(1700)
      clock.sleep(late)
      await clock.run(400)
      expect(lives).toEqual(expected)
    }
  })
})
