import { describe, expect, it } from 'vitest'
import { librarySignatures, webCryptoSignatures } from './signatures'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

/** A point of order eight; under it the signature of that point and a zero fits one message in eight. */
const POINT = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
const ONE = `01${'00'.repeat(31)}`

describe('signatures under a key of small order', () => {
  it('[ID1] are valid nowhere, though anybody can write them down', async () => {
    const signatures = [librarySignatures, webCryptoSignatures(crypto.subtle)]
    for (const { verify } of signatures) {
      for (const [point, message] of [
        [POINT, '045a88acaa'],
        [ONE, 'any'],
      ] as const) {
        expect(await verify(bytes(point + '00'.repeat(32)), bytes(message), bytes(point))).toBe(false)
      }
    }
  })
})
