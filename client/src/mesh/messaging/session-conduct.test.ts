import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { VirtualClock } from '../../sim/virtual-clock'
import type { Frame } from '../protocol/frames'
import { MAX_INBOX_PAYLOADS, PAYLOAD_BURST } from '../protocol/limits'
import { seconds } from '../runtime/clock'
import { Session } from './session'

const SMALL = Uint8Array.of(1)

/** Alice's session with bob, who keeps to no rule. */
function setUp() {
  const clock = new VirtualClock()
  const handed: Uint8Array[] = []
  const settled: string[] = []
  const wire: Frame[] = []
  const onPayload = (payload: Uint8Array) => handed.push(payload)
  const session = new Session({ peer: peerId('bob'), clock, instance: 'alice 1', onPayload })
  const resume = (received?: number) => {
    const known = received === undefined ? undefined : { instance: 'alice 1', seq: received }
    session.resume('bob 1', known, (frame) => wire.push(frame))
  }
  const push = (words: string) =>
    session.push(SMALL, (error) => settled.push(error ? `${words}: ${error.reason}` : words))
  const acks = () => wire.flatMap((frame) => (frame.kind === 'ack' ? [frame.seq] : []))
  return { clock, handed, settled, wire, session, resume, push, acks }
}

describe('a session with somebody who breaks the rules', () => {
  it('[SE2] is not told what was never sent as acknowledged', () => {
    const { session, resume, push, settled } = setUp()
    resume()
    expect(session.acknowledge(1)).toBe(false)
    push('one')
    push('two')
    expect(session.acknowledge(3)).toBe(false)
    expect(session.acknowledge(0xffff_ffff)).toBe(false)
    expect(settled).toEqual([])
    expect(session.acknowledge(2)).toBe(true)
    expect(settled).toEqual(['one', 'two'])
    expect(session.acknowledge(2)).toBe(true)
    expect(session.acknowledge(0)).toBe(true)
  })

  it('[SE5] sends everything to whoever claims in a hello to have more than there is', () => {
    const { resume, push, settled, wire } = setUp()
    push('one')
    push('two')
    resume(3)
    expect(settled).toEqual([])
    expect(wire.map((frame) => frame.kind === 'data' && frame.seq)).toEqual([1, 2])
  })

  it('[SE9] refuses more than may wait, and what it took is handed on all the same', async () => {
    const { clock, session, resume, handed } = setUp()
    resume()
    let taken = 0
    for (let seq = 1; seq <= PAYLOAD_BURST + MAX_INBOX_PAYLOADS + 100; seq++)
      if (session.receive(seq, SMALL)) taken += 1
    expect(taken).toBe(PAYLOAD_BURST + MAX_INBOX_PAYLOADS)
    await clock.run(seconds(10))
    expect(handed).toHaveLength(taken)
  })
})

describe('a session with somebody who sends a lot', () => {
  /** Bob sends so many payloads at once. */
  function flooded(count: number) {
    const story = setUp()
    story.resume()
    for (let seq = 1; seq <= count; seq++) story.session.receive(seq, SMALL)
    return story
  }

  it('[SE9] acknowledges what it has dealt with, and not what waits', async () => {
    const { clock, session, acks, handed } = flooded(PAYLOAD_BURST + 100)
    expect(acks().at(-1)).toBe(PAYLOAD_BURST)
    expect(session.received?.seq).toBe(PAYLOAD_BURST)
    await clock.run(seconds(1))
    expect(acks().at(-1)).toBe(PAYLOAD_BURST + 100)
    expect(handed).toHaveLength(PAYLOAD_BURST + 100)
  })

  it('[SE9] gets what waited once when it comes again over a new link', async () => {
    const { clock, session, resume, handed } = flooded(PAYLOAD_BURST + 100)
    session.pause()
    await clock.run(20)
    const { seq = 0 } = session.received ?? {}
    expect(seq).toBeGreaterThan(PAYLOAD_BURST)
    resume()
    for (let again = PAYLOAD_BURST + 1; again <= PAYLOAD_BURST + 100; again++) session.receive(again, SMALL)
    await clock.run(seconds(1))
    expect(handed).toHaveLength(PAYLOAD_BURST + 100)
  })

  it('[SE9] hands on nothing more once it is told to drop it', async () => {
    const { clock, session, acks, handed } = flooded(PAYLOAD_BURST + 100)
    session.discard()
    await clock.run(seconds(1))
    expect(handed).toHaveLength(PAYLOAD_BURST)
    expect(acks().at(-1)).toBe(PAYLOAD_BURST)
  })
})
