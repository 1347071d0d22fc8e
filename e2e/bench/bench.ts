/** What a benchmark is given, and what it answers. */
import type { Browser } from 'playwright/test'
import type { ServerProcess } from '../fixtures/server-process'

/** What every benchmark is given. */
export interface Bench {
  readonly browser: Browser
  readonly server: ServerProcess
  /** the bare peers of bare.ts as one script */
  readonly bare: string
  readonly tabs: number
  readonly rounds: number
  /** how much was said in a long history */
  readonly entries: number
  /** how much of it is said at once, under one signature */
  readonly batch: number
}

export interface Report {
  /** for people, a line each */
  readonly lines: readonly string[]
  /** for programs; ratios included */
  readonly json: Readonly<Record<string, unknown>>
}
