import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { isPeerId } from '../protocol/ids'
import { newSecretKey, peerIdOf, peerKeyOf } from './peer-key'
import { librarySignatures } from './signatures'

const SECRET = Uint8Array.from({ length: 32 }, (_, index) => index)
const alice = await peerKeyOf(SECRET, librarySignatures)

describe("a peer's key", () => {
  it('[ID1] makes the id: half of the SHA-256 of the public key', () => {
    const hash = createHash('sha256').update(alice.publicKey).digest()
    expect(alice.id).toBe(hash.subarray(0, 16).toString('base64url'))
    expect(peerIdOf(alice.publicKey)).toBe(alice.id)
    expect(isPeerId(alice.id)).toBe(true)
  })

  it('[ID1] stays the same from release to release, or nobody would be who they were', () => {
    expect(Buffer.from(alice.publicKey).toString('hex')).toBe(
      '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8',
    )
    expect(alice.id).toBe('Vkdap1RjR0wChd9dvyvKtw')
  })

  it('[ID1] signs, and no other key does it in its name', async () => {
    const bob = await peerKeyOf(newSecretKey(seededRandom(2)), librarySignatures)
    const message = Uint8Array.of(1, 2, 3)
    expect(await librarySignatures.verify(await alice.sign(message), message, alice.publicKey)).toBe(true)
    expect(await librarySignatures.verify(await bob.sign(message), message, alice.publicKey)).toBe(false)
    expect(bob.id).not.toBe(alice.id)
  })

  it('[ID1] is a new one for each secret', async () => {
    const random = seededRandom(3)
    const secrets = Array.from({ length: 20 }, () => newSecretKey(random))
    const keys = await Promise.all(secrets.map((secret) => peerKeyOf(secret, librarySignatures)))
    expect(new Set(keys.map(({ id }) => id)).size).toBe(20)
  })
})
