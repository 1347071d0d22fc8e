import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import type { LinkSignal } from '../protocol/introductions'
import { MAX_HELD_SIGNALS } from '../protocol/limits'
import { HeldCall } from './held-call'

const OFFER: LinkSignal = { kind: 'offer', sdp: 'v=0 offer' }
const candidate = (words: string): LinkSignal => ({
  kind: 'candidate',
  candidate: words,
  sdpMid: null,
  sdpMLineIndex: null,
})

const newCall = () => new HeldCall('call', peerId('bob'), 0)

describe('a call that is held', () => {
  it('[DI2] is complete with its offer, which comes first', () => {
    const call = newCall()
    call.add({ session: 'call', signals: [candidate('one'), candidate('two')] })
    expect(call.isComplete).toBe(false)
    expect(call.signals).toEqual([candidate('one'), candidate('two')])
    call.add({ session: 'call', signals: [candidate('three'), OFFER] })
    expect(call.isComplete).toBe(true)
    expect(call.signals).toEqual([OFFER, candidate('one'), candidate('two'), candidate('three')])
  })

  it('[DI2] has one offer, the first', () => {
    const call = newCall()
    const other: LinkSignal = { kind: 'offer', sdp: 'v=0 another' }
    call.add({ session: 'call', signals: [OFFER, other] })
    call.add({ session: 'call', signals: [other] })
    expect(call.signals).toEqual([OFFER])
  })

  it('[DI2] keeps few signals, and its offer whenever that comes', () => {
    const call = newCall()
    for (let count = 0; count < 1000; count++) call.add({ session: 'call', signals: [candidate(`${count}`)] })
    call.add({ session: 'call', signals: [OFFER] })
    expect(call.signals).toHaveLength(1 + MAX_HELD_SIGNALS)
    expect(call.signals[0]).toEqual(OFFER)
    expect(call.signals[1]).toEqual(candidate('0'))
  })
})
