/**
 * Who came, left, is back or has another name, as news worth a line. Whoever was here before us is no news, and neither
 * is somebody who is gone for a moment, because the page is loaded again or the network stumbles.
 */
import type { Member, PeerId } from '../mesh'
import type { Movement } from './conversation'
import { LEAVING_MS, SETTLING_MS } from './limits'
import { plainName } from './names'
import type { Timer } from './timer'

export type News =
  | { readonly kind: 'moved'; readonly who: PeerId; readonly what: Movement; readonly name: string }
  | { readonly kind: 'renamed'; readonly who: PeerId; readonly before: string; readonly now: string }

interface Deps {
  readonly clock: Timer
  /** somebody may have been gone for long enough: look with `due` */
  readonly onDue: () => void
}

interface Leaving {
  readonly name: string
  /** gone for so long now that it is news */
  readonly isDue: boolean
  readonly cancel: () => void
}

export class Comings {
  readonly #arrivedAt: number
  /** those who are gone, and nobody has been told yet */
  readonly #leaving = new Map<PeerId, Leaving>()
  #known: ReadonlyMap<PeerId, Member>

  constructor(
    private readonly deps: Deps,
    members: readonly Member[],
  ) {
    this.#arrivedAt = deps.clock.now()
    this.#known = byId(members)
  }

  /** @returns what is new about them */
  meet(members: readonly Member[]): readonly News[] {
    const before = this.#known
    this.#known = byId(members)
    return members.flatMap((member) => this.#compare(before.get(member.id), member))
  }

  /** @returns those who are gone for so long now that it is news; each once */
  due(): readonly News[] {
    const due = [...this.#leaving].filter(([, { isDue }]) => isDue)
    return due.map(([who, { name }]) => {
      this.#forget(who)
      return { kind: 'moved', who, what: 'left', name }
    })
  }

  knows(peer: PeerId): boolean {
    return this.#known.has(peer)
  }

  close(): void {
    for (const who of [...this.#leaving.keys()]) this.#forget(who)
  }

  #compare(known: Member | undefined, member: Member): readonly News[] {
    const news: News[] = []
    const who = member.id
    const name = plainName(member.name)
    const wasHere = known !== undefined && known.status !== 'gone'
    const isHere = member.status !== 'gone'
    if (isHere && !wasHere && !this.#forget(who) && !this.#isSettling()) {
      news.push({ kind: 'moved', who, what: known ? 'back' : 'came', name })
    }
    if (!isHere && wasHere) this.#leave(who, name)
    const before = known && plainName(known.name)
    if (before !== undefined && before !== name) news.push({ kind: 'renamed', who, before, now: name })
    return news
  }

  #leave(who: PeerId, name: string): void {
    const cancel = this.deps.clock.after(LEAVING_MS, () => {
      this.#leaving.set(who, { name, isDue: true, cancel })
      this.deps.onDue()
    })
    this.#leaving.set(who, { name, isDue: false, cancel })
  }

  /** @returns whether they were about to be news */
  #forget(who: PeerId): boolean {
    this.#leaving.get(who)?.cancel()
    return this.#leaving.delete(who)
  }

  #isSettling(): boolean {
    return this.deps.clock.now() - this.#arrivedAt <= SETTLING_MS
  }
}

function byId(members: readonly Member[]): ReadonlyMap<PeerId, Member> {
  return new Map(members.map((member) => [member.id, member]))
}
