/**
 * The proof that somebody wrote two feeds under one key: two entries with one number, each of them signed or followed by
 * one that is. It needs nothing of what they say, so that it is small and tells nothing. Rules LG8, LG9.
 */
import { bytesToHex } from '@noble/hashes/utils.js'
import * as v from 'valibot'
import { peerIdOf } from '../identity/peer-key'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type Signatures } from '../identity/signatures'
import type { PeerId } from '../protocol/ids'
import { MAX_SEGMENT_ENTRIES } from '../protocol/limits'
import { HASH_BYTES } from '../protocol/log-messages'
import { decodeMsgpack, encodeMsgpack } from '../protocol/msgpack'
import { bad, malformed, ok, type Result } from '../protocol/result'
import { sameBytes } from './bytes'
import { hashEntry } from './entry-codec'
import { NO_HASH } from './feeds'
import type { LogScope } from './log-scope'
import { signedMessage } from './runs'

/** Entries from the fork on, up to one that is signed. */
export interface Branch {
  /** hash of the entry before them */
  readonly previous: Uint8Array
  /** of each entry's bytes, see digestEntry */
  readonly digests: readonly Uint8Array[]
  /** over the last of them */
  readonly signature: Uint8Array
}

/** What follows from a proof. */
export interface Fork {
  readonly author: PeerId
  readonly publicKey: Uint8Array
  /** nothing of the author's is held from this number on */
  readonly seq: number
  /** hash of the entry before, which is the last that counts */
  readonly previous: Uint8Array
}

const bytesOf = (length: number) =>
  v.pipe(
    v.instance(Uint8Array),
    v.check((bytes) => bytes.length === length),
  )
const BranchSchema = v.strictTuple([
  bytesOf(HASH_BYTES),
  v.pipe(v.array(bytesOf(HASH_BYTES)), v.minLength(1), v.maxLength(MAX_SEGMENT_ENTRIES)),
  bytesOf(SIGNATURE_BYTES),
])
const ProofSchema = v.strictTuple([
  bytesOf(PUBLIC_KEY_BYTES),
  v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  BranchSchema,
  BranchSchema,
])

/** @param seq of the first entry of both branches */
export function encodeProof(publicKey: Uint8Array, seq: number, ...branches: readonly [Branch, Branch]): Uint8Array {
  return encodeMsgpack([
    publicKey,
    seq,
    ...branches.map(({ previous, digests, signature }) => [previous, digests, signature]),
  ])
}

/** What a proof says, which nobody has checked: enough to tell whether checking it is worth anything. */
export interface Accusation {
  readonly fork: Fork
  /** of the first entry of both branches */
  readonly seq: number
  readonly branches: readonly [Branch, Branch]
}

/** @returns what follows when the proof holds, which checkAccusation tells */
export function decodeProof(bytes: Uint8Array): Result<Accusation> {
  const decoded = decodeMsgpack(bytes)
  if (!decoded.ok) return decoded
  const parsed = v.safeParse(ProofSchema, decoded.value)
  if (!parsed.success) return malformed('proof', parsed.issues)
  const [publicKey, seq, one, other] = parsed.output
  const author = peerIdOf(publicKey)
  const [a, b] = [branchOf(one), branchOf(other)]
  // Where they differ before this already, nobody can tell which of them was first.
  const fork = sameBytes(a.previous, b.previous)
    ? { author, publicKey, seq, previous: a.previous }
    : { author, publicKey, seq: 1, previous: NO_HASH }
  return ok({ fork, seq, branches: [a, b] })
}

const branchOf = ([previous, digests, signature]: v.InferOutput<typeof BranchSchema>): Branch => ({
  previous,
  digests,
  signature,
})

/** @returns the fork when it is proven: all hashes and two signatures */
export async function checkAccusation(
  { fork, seq, branches }: Accusation,
  scope: LogScope,
  signatures: Signatures,
): Promise<Result<Fork>> {
  const { author, publicKey } = fork
  const [one, other] = branches.map(({ previous, digests }) => hashes(scope, author, seq, previous, digests))
  if (sameBytes(one?.first ?? NO_HASH, other?.first ?? NO_HASH)) return bad('a proof of two entries that are the same')
  for (const [index, chain] of [one, other].entries()) {
    const signature = branches[index]?.signature ?? new Uint8Array()
    if (!chain || !(await signatures.verify(signature, signedMessage(chain.last), publicKey)))
      return bad('a proof that its author has not signed')
  }
  return ok(fork)
}

/** Both at once. @returns what follows when the proof holds */
export async function readProof(bytes: Uint8Array, scope: LogScope, signatures: Signatures): Promise<Result<Fork>> {
  const decoded = decodeProof(bytes)
  return decoded.ok ? checkAccusation(decoded.value, scope, signatures) : decoded
}

/** @returns whether `a` takes more away than `b`, so that all who know both agree on one */
export function isStricter(a: Fork, b: Fork): boolean {
  if (a.seq !== b.seq) return a.seq < b.seq
  return bytesToHex(a.previous) < bytesToHex(b.previous)
}

function hashes(scope: LogScope, author: PeerId, seq: number, previous: Uint8Array, digests: readonly Uint8Array[]) {
  let last = previous
  let first: Uint8Array | undefined
  for (const [index, digest] of digests.entries()) {
    last = hashEntry(scope, { author, seq: seq + index, previous: last, digest })
    first ??= last
  }
  return { first: first ?? last, last }
}
