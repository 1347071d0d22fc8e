/**
 * What the database of a log is made of: its stores, their indexes, and how it came to be so from version to version.
 * What rows have inside is stored-rows.ts's and run-rows.ts's. Rules ST5, ST6.
 */
import type { DBSchema, IDBPObjectStore } from 'idb'
import type { PeerId } from '../protocol/ids'
import type { SchemaStep } from './browser-database'
import type { LogName } from './log-store'
import type { FeedRow, RunRow } from './stored-rows'

/** What reads rows takes them as unknown: nobody has checked what the disk gives. */
export interface LogSchema extends DBSchema {
  runs: {
    key: [log: string, author: string, last: number, first: number]
    value: RunRow
    indexes: {
      end: [log: LogName, lastLamport: number, author: PeerId, last: number]
      start: [log: string, firstLamport: number]
    }
  }
  feeds: { key: [log: string, author: string]; value: FeedRow }
}

export type RunKey = LogSchema['runs']['key']
export type EndKey = LogSchema['runs']['indexes']['end']

export type RunsToRead = IDBPObjectStore<LogSchema, ['runs'], 'runs'>
export type RunsToWrite = IDBPObjectStore<LogSchema, ('runs' | 'feeds')[], 'runs', 'readwrite'>

/** Steps that were ever released stay as they are; a new shape is a new step. */
export const LOG_SCHEMA: readonly SchemaStep<LogSchema>[] = [
  (db) => {
    // By the last of each row, so that the row with an entry is the first one from there on; the first is for whoever
    // has to know what a row has without reading it.
    const runs = db.createObjectStore('runs', { keyPath: ['log', 'author', 'last', 'first'] })
    runs.createIndex('end', ['log', 'lastLamport', 'author', 'last'])
    // Of rows with more than one entry alone.
    runs.createIndex('start', ['log', 'firstLamport'])
    db.createObjectStore('feeds', { keyPath: ['log', 'author'] })
  },
]
