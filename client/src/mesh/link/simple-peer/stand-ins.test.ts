/** Calls the small stand-ins as simple-peer's source does, which requires them. */
import { describe, expect, it } from 'vitest'
import { Buffer } from './buffer'
import * as debugModule from './debug'
import * as randomBytesModule from './randombytes'

const { 'module.exports': debug } = debugModule
const { 'module.exports': randomBytes } = randomBytesModule

describe('what stands for the packages under simple-peer', () => {
  it('wraps what arrives without copying it', () => {
    const { buffer } = Uint8Array.of(1, 2, 3)
    const wrapped = Buffer.from(buffer)
    expect(wrapped).toEqual(Uint8Array.of(1, 2, 3))
    expect(wrapped.buffer).toBe(buffer)
  })

  it('makes names out of random bytes, two digits for each', () => {
    const [one, other] = [randomBytes(20).toString(), randomBytes(20).toString()]
    expect(one).toMatch(/^[0-9a-f]{40}$/)
    expect(other).not.toBe(one)
  })

  it('says nothing', () => {
    expect(debug()()).toBeUndefined()
  })
})
