import { describe, expect, it } from 'vitest'
import { Tally } from './tally'

describe('Tally', () => {
  it('[SG9] tells of each kind once a minute at most, and of all of them then', () => {
    let now = 0
    const lines: string[] = []
    const tally = new Tally({ now: () => now, log: (line) => lines.push(line) })
    for (let i = 0; i < 1000; i++) tally.count('cut-off')
    tally.count('full')
    now = 59_999
    tally.count('cut-off')
    now = 60_000
    tally.count('cut-off')
    expect(lines).toEqual([
      'cut off a client that kept breaking the rules (1 since the start)',
      'refused a connection because the server is full (1 since the start)',
      'cut off a client that kept breaking the rules (1002 since the start)',
    ])
  })
})
