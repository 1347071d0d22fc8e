import { expect, it } from 'vitest'
import { weighData } from './conversation'

it('weighs data by what it holds', () => {
  expect(weighData('hello')).toBe(5)
  expect(weighData(new Uint8Array(9))).toBe(9)
  expect(weighData({ list: ['abc', 1, null] })).toBeGreaterThan(weighData('listabc'))
  const value = { list: ['abc'] }
  expect(weighData(value)).toBe(weighData(value))
})
