/**
 * What the operator reads of all that was refused: how often each kind of thing has happened, in a line a minute at
 * most, so that nobody can fill a disk. Counts and nothing else. Rule SG9.
 */

const WORDS = {
  'cut-off': 'cut off a client that kept breaking the rules',
  unread: 'cut off a client that does not read what waits for it',
  origin: 'refused a page of an origin that ORIGINS does not name',
  crowded: 'refused a connection from an address that has too many, or opens them too fast',
  banned: 'refused a connection from an address whose clients were cut off again and again',
  full: 'refused a connection because the server is full',
  dropped: 'dropped a connection unread because there were too many, of its address or in all',
  trouble: 'the web server could not take a connection',
} as const
export type Incident = keyof typeof WORDS

const PAUSE_MS = 60_000

interface Count {
  total: number
  toldAt: number
}

export class Tally {
  private readonly counts = new Map<Incident, Count>()

  constructor(private readonly deps: { readonly now: () => number; readonly log: (line: string) => void }) {}

  count(incident: Incident): void {
    const now = this.deps.now()
    const count = this.counts.get(incident) ?? { total: 0, toldAt: Number.NEGATIVE_INFINITY }
    this.counts.set(incident, count)
    count.total++
    if (now - count.toldAt < PAUSE_MS) return
    count.toldAt = now
    this.deps.log(`${WORDS[incident]} (${count.total} since the start)`)
  }
}
