import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../sim/virtual-clock'
import { openDatabase, storeError } from './browser-database'
import { LogStoreError, type LogStoreFault } from './log-store'

describe('what a browser says when its database fails', () => {
  const cases: readonly (readonly [name: string, message: string, opening: LogStoreFault, open: LogStoreFault])[] = [
    ['QuotaExceededError', 'full', 'full', 'full'],
    ['VersionError', 'less than the existing version', 'newer', 'newer'],
    ['SecurityError', 'denied', 'unavailable', 'unavailable'],
    ['InvalidStateError', 'did not allow mutations', 'unavailable', 'closed'],
    ['AbortError', 'aborted', 'closed', 'closed'],
    ['TransactionInactiveError', 'inactive', 'closed', 'closed'],
    ['UnknownError', 'Internal error opening backing store for indexedDB.open.', 'corrupt', 'corrupt'],
    ['UnknownError', 'Connection to Indexed Database server lost. Refresh the page to try again', 'closed', 'closed'],
    ['NotReadableError', 'Data lost due to missing file', 'corrupt', 'corrupt'],
    ['NotFoundError', 'No objectStore named entries in this database', 'corrupt', 'corrupt'],
    ['WhateverError', 'not heard of before', 'corrupt', 'corrupt'],
  ]
  it.each(cases)('[ST6] %s (%s) is told as %s or %s', (name, message, opening, open) => {
    const error = new DOMException(message, name)
    expect(storeError(error, 'opening')).toMatchObject({ fault: opening, cause: error })
    expect(storeError(error, 'open')).toMatchObject({ fault: open })
    expect(storeError(error, 'open').message, 'people read it').not.toContain(name)
  })

  it('[ST6] what is told already stays as it is, and a bug of ours is no fault of the disk', () => {
    const told = new LogStoreError('corrupt', 'a row')
    expect(storeError(told, 'open')).toBe(told)
    for (const bug of [new TypeError('x is undefined'), new DOMException('no valid key', 'DataError')])
      expect(() => storeError(bug, 'open')).toThrow(bug)
  })

  it("[ST6] without a database at all, as here, opening one is 'unavailable'", async () => {
    const opening = openDatabase({ name: 'any', steps: [], clock: new VirtualClock() })
    await expect(opening).rejects.toMatchObject({ name: 'LogStoreError', fault: 'unavailable' })
  })
})
