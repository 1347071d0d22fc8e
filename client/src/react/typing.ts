/**
 * Who is typing, and where: what others signal holds for a moment, and what one types oneself is signalled seldom. It is
 * never stored, and whoever goes without a word is soon not typing any more.
 */
import { type PeerId, RoomError, type RoomSignal } from '../mesh'
import { type ConversationKey, EVERYONE } from './conversation'
import { TYPING_EVERY_MS, TYPING_HOLDS_MS } from './limits'
import type { RoomPort } from './room-port'
import type { Timer } from './timer'

const TOPIC = 'typing'

interface TypingDeps {
  readonly room: Pick<RoomPort, 'signal'>
  readonly clock: Timer
  readonly onChange: () => void
}

interface Typist {
  readonly cancel: () => void
}

export type TypingPeople = ReadonlyMap<ConversationKey, readonly PeerId[]>

export class Typing {
  readonly #people = new Map<ConversationKey, Map<PeerId, Typist>>()
  /** when it was last signalled that somebody types here; none once they have stopped */
  readonly #told = new Map<ConversationKey, number>()
  #snapshot: TypingPeople = new Map()

  constructor(private readonly deps: TypingDeps) {}

  /** In the order in which they began. The same map until somebody begins or stops. */
  get people(): TypingPeople {
    return this.#snapshot
  }

  /** Somebody types here: told to the others, unless they were told a moment ago. */
  type(to: ConversationKey): void {
    const now = this.deps.clock.now()
    const told = this.#told.get(to)
    if (told !== undefined && Math.abs(now - told) < TYPING_EVERY_MS) return
    this.#told.set(to, now)
    this.#signal(to, true)
  }

  /** What was typed is gone, or said. @param isSaid others see for themselves what was said */
  stop(to: ConversationKey, isSaid: boolean): void {
    if (this.#told.delete(to) && !isSaid) this.#signal(to, false)
  }

  hear({ from, topic, data, direct }: RoomSignal): void {
    if (topic !== TOPIC) return
    const key = direct ? from : EVERYONE
    const isNew = !this.#forget(key, from)
    if (data !== true) return isNew ? undefined : this.#changed()
    const people = this.#people.get(key) ?? new Map<PeerId, Typist>()
    this.#people.set(key, people)
    people.set(from, { cancel: this.deps.clock.after(TYPING_HOLDS_MS, () => this.end(key, from)) })
    this.#changed()
  }

  /** Whoever has said something, or left, is not typing it any more. */
  end(key: ConversationKey, who: PeerId): void {
    if (this.#forget(key, who)) this.#changed()
  }

  /** Whoever is gone types nowhere. */
  leave(who: PeerId): void {
    for (const key of this.#people.keys()) this.end(key, who)
  }

  close(): void {
    for (const [key, people] of this.#people) for (const who of [...people.keys()]) this.#forget(key, who)
  }

  #forget(key: ConversationKey, who: PeerId): boolean {
    const people = this.#people.get(key)
    people?.get(who)?.cancel()
    return people?.delete(who) === true
  }

  #changed(): void {
    const some = [...this.#people].filter(([, people]) => people.size > 0)
    this.#snapshot = new Map(some.map(([key, people]) => [key, [...people.keys()]]))
    this.deps.onChange()
  }

  #signal(to: ConversationKey, isTyping: boolean): void {
    try {
      this.deps.room.signal(TOPIC, isTyping, to === EVERYONE ? {} : { to })
    } catch (cause) {
      // Once the room is left nobody has to know.
      if (!(cause instanceof RoomError)) throw cause
    }
  }
}
