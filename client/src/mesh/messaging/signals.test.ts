import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { VirtualClock } from '../../sim/virtual-clock'
import { MAX_SIGNAL_BYTES, MAX_TOPIC_LENGTH, SIGNAL_BURST, SIGNALS_PER_SECOND } from '../protocol/limits'
import { decodeSignal, encodeSignal } from '../protocol/payloads'
import { seconds } from '../runtime/clock'
import { Signals } from './signals'

const [alice, bob] = [peerId('alice'), peerId('bob')]

function setUp() {
  const clock = new VirtualClock()
  const sent: { readonly to: string; readonly bytes: Uint8Array }[] = []
  const offences: string[] = []
  const signals = new Signals({
    clock,
    send: (to, bytes) => sent.push({ to, bytes }),
    onOffence: (peer, what) => offences.push(`${peer} ${what}`),
  })
  return { clock, sent, offences, signals }
}

describe('a signal', () => {
  it('[EP2] goes to each of those, and to nobody when there is nobody', () => {
    const { sent, signals } = setUp()
    expect(signals.send([alice, bob], 'typing', { yes: true }, false)).toBe(true)
    expect(sent.map(({ to }) => to)).toEqual([alice, bob])
    const signal = { topic: 'typing', data: { yes: true }, direct: false }
    for (const { bytes } of sent) expect(decodeSignal(bytes)).toEqual({ ok: true, value: signal })
    expect(signals.send([], 'typing', null, false)).toBe(false)
  })

  it('[EP3] goes to one peer 20 times at once and 18 times a second; what is more is not sent', async () => {
    const { clock, sent, signals } = setUp()
    const outcomes = Array.from({ length: 30 }, () => signals.send([alice], 'pointer', null, true))
    expect(outcomes.filter((isSent) => isSent)).toHaveLength(SIGNAL_BURST / 2)
    // Others have a pace of their own.
    expect(signals.send([alice, bob], 'pointer', null, false)).toBe(true)
    expect(sent.at(-1)?.to).toBe(bob)
    for (let tenth = 0; tenth < 100; tenth++) {
      await clock.run(100)
      for (let times = 0; times < 10; times++) signals.send([alice], 'pointer', null, true)
    }
    const toAlice = sent.filter(({ to }) => to === alice).length
    expect(toAlice).toBeLessThanOrEqual(SIGNAL_BURST / 2 + SIGNALS_PER_SECOND * 10)
    expect(toAlice).toBeGreaterThan(SIGNAL_BURST / 2 + SIGNALS_PER_SECOND * 8)
    await clock.run(seconds(2))
    expect(signals.send([alice], 'pointer', null, true)).toBe(true)
  })

  it('[EP1] that could not arrive is refused, with words', () => {
    const { sent, signals } = setUp()
    for (const topic of ['', 't'.repeat(MAX_TOPIC_LENGTH + 1), 'half \ud83d'])
      expect(() => signals.send([alice], topic, null, false)).toThrow('A topic has')
    const small = new Uint8Array(MAX_SIGNAL_BYTES - 7)
    expect(() => signals.send([alice], 'x', small, false)).not.toThrow()
    expect(() => signals.send([alice], 'x', new Uint8Array(MAX_SIGNAL_BYTES), false)).toThrow(
      expect.objectContaining({ reason: 'too-large', details: expect.objectContaining({ limit: MAX_SIGNAL_BYTES }) }),
    )
    expect(sent).toHaveLength(1)
  })

  it('[EP1] that comes is handed on as it is, and one that is none is an offence', () => {
    const { offences, signals } = setUp()
    const signal = { topic: 'typing', data: [1], direct: true }
    expect(signals.receive(alice, encodeSignal(signal))).toEqual({ from: alice, ...signal })
    expect(signals.receive(alice, Uint8Array.of(0xc1))).toBeUndefined()
    expect(offences).toHaveLength(1)
    expect(offences[0]).toContain(alice)
  })
})
