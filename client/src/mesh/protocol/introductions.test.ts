import { describe, expect, it } from 'vitest'
import { MAX_BOX_BYTES } from '../../../../signaling-server/src/contract'
import { decodeIntroduction, encodeIntroduction, type LinkSignal, type NumberedIntroduction } from './introductions'
import { MAX_HELD_SIGNALS, MAX_SIGNALS_TOGETHER } from './limits'
import { encodeMsgpack } from './msgpack'

const OFFER: NumberedIntroduction = { number: 1, session: 'try 1', signals: [{ kind: 'offer', sdp: 'v=0\r\n' }] }
const CANDIDATE = { kind: 'candidate', candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 } as const

const with1 = (signal: LinkSignal): NumberedIntroduction => ({ number: 1, session: 's', signals: [signal] })

describe('introductions', () => {
  it('[IN1] arrive as they were sent', () => {
    const introductions: NumberedIntroduction[] = [
      OFFER,
      { number: Number.MAX_SAFE_INTEGER, session: 's'.repeat(32), signals: [] },
      with1({ kind: 'answer', sdp: `v=0${'a'.repeat(12 * 1024 - 3)}` }),
      with1(CANDIDATE),
      with1({ ...CANDIDATE, candidate: '', sdpMid: null, sdpMLineIndex: null }),
      with1({ ...CANDIDATE, candidate: 'c'.repeat(1024), sdpMid: 'm'.repeat(64), sdpMLineIndex: 255 }),
      { number: 2, session: 's', signals: new Array<LinkSignal>(MAX_HELD_SIGNALS).fill(CANDIDATE) },
    ]
    for (const introduction of introductions) {
      const box = encodeIntroduction(introduction)
      expect(decodeIntroduction(box)).toEqual({ ok: true, value: introduction })
      expect(box.length).toBeLessThanOrEqual(MAX_BOX_BYTES)
    }
  })

  it('[IN1] of usual length fit into a third of a box, all signals of a moment together', () => {
    const candidate = `candidate:842163049 1 udp 1677729535 2001:db8:85a3::8a2e:370:7334 56143 typ srflx raddr :: rport 0`
    const candidates = new Array<LinkSignal>(MAX_SIGNALS_TOGETHER - 1).fill({ ...CANDIDATE, candidate })
    const signals: LinkSignal[] = [{ kind: 'offer', sdp: `v=0${'a'.repeat(1000)}` }, ...candidates]
    expect(encodeIntroduction({ ...OFFER, signals }).length).toBeLessThanOrEqual(MAX_BOX_BYTES / 3)
  })

  it('[IN1] are on the wire what the protocol says', () => {
    const content = { number: 1, session: 'try 1', signals: [{ kind: 'offer', sdp: 'v=0\r\n' }] }
    expect([...encodeIntroduction(OFFER)]).toEqual([...encodeMsgpack(content)])
    const candidate = { number: 7, session: 'try 1', signals: [CANDIDATE, CANDIDATE] }
    expect([...encodeIntroduction(candidate)]).toEqual([...encodeMsgpack(candidate)])
  })

  it('[IN1] that are anything more, less or longer are refused', () => {
    const { number, session, signal } = { number: 1, session: 'try 1', signal: { kind: 'offer', sdp: 'v=0' } }
    const signals = [signal]
    const malformed = [
      null,
      [],
      'offer',
      {},
      { number, session },
      { number, signals },
      { session, signals },
      { number, session, signals, more: 1 },
      { number: 0, session, signals },
      { number: -1, session, signals },
      { number: 1.5, session, signals },
      { number: 2 ** 53, session, signals },
      { number: Number.NaN, session, signals },
      { number: '1', session, signals },
      { number, session: '', signals },
      { number, session: 's'.repeat(33), signals },
      { number, session: 1, signals },
      { number, session, signals: null },
      { number, session, signals: signal },
      { number, session, signals: new Array(MAX_HELD_SIGNALS + 1).fill(CANDIDATE) },
    ]
    const badSignals = [
      null,
      {},
      'offer',
      { kind: 'offer' },
      { kind: 'rollback', sdp: 'v=0' },
      { kind: 'offer', sdp: 'v=0', more: 1 },
      { kind: 'offer', sdp: 'no description' },
      { kind: 'offer', sdp: `v=0${'a'.repeat(12 * 1024)}` },
      { kind: 'offer', sdp: new Uint8Array(3) },
      { kind: 'candidate', candidate: 'c' },
      { ...CANDIDATE, more: 1 },
      { ...CANDIDATE, sdp: 'v=0' },
      { ...CANDIDATE, candidate: 'c'.repeat(1025) },
      { ...CANDIDATE, candidate: null },
      { ...CANDIDATE, sdpMid: 'm'.repeat(65) },
      { ...CANDIDATE, sdpMid: 0 },
      { ...CANDIDATE, sdpMLineIndex: -1 },
      { ...CANDIDATE, sdpMLineIndex: 256 },
      { ...CANDIDATE, sdpMLineIndex: 0.5 },
    ].map((one) => ({ number, session, signals: [signal, one] }))
    for (const content of [...malformed, ...badSignals]) {
      const decoded = decodeIntroduction(encodeMsgpack(content))
      expect(decoded).toEqual({ ok: false, reason: expect.stringContaining('malformed') })
    }
  })

  it('[IN2] pass the same door as frames: cut short, continued or extended they are refused', () => {
    const box = encodeIntroduction(OFFER)
    for (let end = 0; end < box.length; end++) expect(decodeIntroduction(box.subarray(0, end)).ok).toBe(false)
    expect(decodeIntroduction(Uint8Array.of(...box, 0xc0)).ok).toBe(false)
    expect(decodeIntroduction(Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff)).ok).toBe(false)
    expect(decodeIntroduction(Uint8Array.of(0x81, 0xa1, 0x73, 0xd4, 1, 1)).ok).toBe(false)
  })
})
