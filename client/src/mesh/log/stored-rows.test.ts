import { describe, expect, it } from 'vitest'
import { readFeedRow, readLogName, writeFeedRow } from './stored-rows'
import { alice, bytesOf, feedOf } from './stored-samples'

const corrupt = expect.objectContaining({ name: 'LogStoreError', fault: 'corrupt' })

/** Each fault, by the field that it is in. */
const badFeeds: Record<string, readonly unknown[]> = {
  author: [undefined, 'Alice'],
  publicKey: [undefined, bytesOf(33, 1)],
  floor: [undefined, -1, 0.5],
  head: [undefined, -1, 2 ** 53],
  lamport: [Number.NaN],
  hash: [undefined, bytesOf(0, 1)],
  bytes: [-1, '9'],
  name: [null, 7],
  acknowledged: [undefined, -1],
  fork: [
    null,
    {},
    { seq: 0, proof: bytesOf(1, 1) },
    { seq: 1, proof: 'proof' },
    { seq: 1, proof: bytesOf(1, 1), by: 1 },
  ],
  log: [undefined, ''],
  more: [1],
}

const listed = (bad: Record<string, readonly unknown[]>) =>
  Object.entries(bad).flatMap(([field, values]) => values.map((value) => [field, value] as const))

describe('the door between the disk and the log', () => {
  it('[ST6] lets in what was written', () => {
    const fork = { seq: 3, proof: bytesOf(9, 9) }
    for (const feed of [feedOf(alice, 0), feedOf(alice, 2, { fork, name: undefined })])
      expect(readFeedRow(writeFeedRow(alice, feed))).toEqual(feed)
    expect(readLogName('room')).toBe('room')
    expect(readLogName(alice)).toBe(alice)
  })

  it.each(listed(badFeeds))('[ST6] keeps out a feed whose %s is %o', (field, value) => {
    expect(() => readFeedRow({ ...writeFeedRow('room', feedOf(alice, 2)), [field]: value })).toThrow(corrupt)
  })

  it('[ST6] keeps out what is no row at all, and says nothing of what it holds', () => {
    for (const row of [undefined, null, 7, 'row', [], {}, new Map()]) {
      expect(() => readFeedRow(row)).toThrow(corrupt)
    }
    expect(() => readFeedRow({ ...writeFeedRow('room', feedOf(alice, 2)), name: ['secret'] })).not.toThrow('secret')
  })
})
