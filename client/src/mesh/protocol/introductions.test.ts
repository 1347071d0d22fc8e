import { describe, expect, it } from 'vitest'
import { MAX_BOX_BYTES } from '../../../../signaling-server/src/contract'
import { decodeIntroduction, encodeIntroduction, type Introduction } from './introductions'
import { encodeMsgpack } from './msgpack'

const OFFER: Introduction = { session: 'try 1', signal: { kind: 'offer', sdp: 'v=0\r\n' } }
const CANDIDATE = { kind: 'candidate', candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 } as const

describe('introductions', () => {
  it('[IN1] arrive as they were sent', () => {
    const introductions: Introduction[] = [
      OFFER,
      { session: 's'.repeat(32), signal: { kind: 'answer', sdp: `v=0${'a'.repeat(12 * 1024 - 3)}` } },
      { session: 's', signal: CANDIDATE },
      { session: 's', signal: { ...CANDIDATE, candidate: '', sdpMid: null, sdpMLineIndex: null } },
      {
        session: 's',
        signal: { ...CANDIDATE, candidate: 'c'.repeat(1024), sdpMid: 'm'.repeat(64), sdpMLineIndex: 255 },
      },
    ]
    for (const introduction of introductions) {
      const box = encodeIntroduction(introduction)
      expect(decodeIntroduction(box)).toEqual({ ok: true, value: introduction })
      expect(box.length).toBeLessThanOrEqual(MAX_BOX_BYTES)
    }
  })

  it('[IN1] are on the wire what the protocol says', () => {
    const content = { session: 'try 1', signal: { kind: 'offer', sdp: 'v=0\r\n' } }
    expect([...encodeIntroduction(OFFER)]).toEqual([...encodeMsgpack(content)])
    const candidate = { session: 'try 1', signal: CANDIDATE }
    expect([...encodeIntroduction({ session: 'try 1', signal: CANDIDATE })]).toEqual([...encodeMsgpack(candidate)])
  })

  it('[IN1] that are anything more, less or longer are refused', () => {
    const { session, signal } = { session: 'try 1', signal: { kind: 'offer', sdp: 'v=0' } }
    const malformed = [
      null,
      [],
      'offer',
      {},
      { session },
      { signal },
      { session, signal, more: 1 },
      { session: '', signal },
      { session: 's'.repeat(33), signal },
      { session: 1, signal },
      { session, signal: null },
      { session, signal: {} },
      { session, signal: { kind: 'offer' } },
      { session, signal: { kind: 'rollback', sdp: 'v=0' } },
      { session, signal: { kind: 'offer', sdp: 'v=0', more: 1 } },
      { session, signal: { kind: 'offer', sdp: 'no description' } },
      { session, signal: { kind: 'offer', sdp: `v=0${'a'.repeat(12 * 1024)}` } },
      { session, signal: { kind: 'offer', sdp: new Uint8Array(3) } },
      { session, signal: { kind: 'candidate', candidate: 'c' } },
      { session, signal: { ...CANDIDATE, more: 1 } },
      { session, signal: { ...CANDIDATE, sdp: 'v=0' } },
      { session, signal: { ...CANDIDATE, candidate: 'c'.repeat(1025) } },
      { session, signal: { ...CANDIDATE, candidate: null } },
      { session, signal: { ...CANDIDATE, sdpMid: 'm'.repeat(65) } },
      { session, signal: { ...CANDIDATE, sdpMid: 0 } },
      { session, signal: { ...CANDIDATE, sdpMLineIndex: -1 } },
      { session, signal: { ...CANDIDATE, sdpMLineIndex: 256 } },
      { session, signal: { ...CANDIDATE, sdpMLineIndex: 0.5 } },
    ]
    for (const content of malformed) {
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
