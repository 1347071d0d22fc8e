import { expect, it } from 'vitest'
import { weighData, weighEntry } from './conversation'
import { peerId } from './room-double'

it('weighs text, bytes and what holds them', () => {
  expect(weighData('four')).toBe(4)
  expect(weighData(new Uint8Array(700))).toBe(700)
  expect(weighData({ file: new Uint8Array(700), tags: ['abc'] })).toBeGreaterThan(700)
})

it('weighs what was said, and no notes', () => {
  const base = { key: '1', at: 0 }
  expect(weighEntry({ ...base, kind: 'heard', from: peerId('bo'), name: 'Bo', data: 'four' })).toBe(4)
  expect(weighEntry({ ...base, kind: 'note', what: 'came', who: [peerId('bo')], names: ['Bo'] })).toBe(0)
})
