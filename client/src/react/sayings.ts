/**
 * Says things in a room, and changes what was said: shows at once what is on its way to the disk, tells what could not
 * be taken, and hands back what can never be sent as it is.
 */
import { type EntryId, RoomError, type Writable } from '../mesh'
import { type ConversationKey, EVERYONE, type Sayable } from './conversation'
import type { Conversations } from './conversations'
import { STORED_WITHIN_MS } from './limits'
import type { RoomPort } from './room-port'
import type { Timer } from './timer'
import { errorWords } from './words'

/** Whether what was said is in the log now, or was handed back because it can never be sent as it is. */
export type Said = { readonly kind: 'kept' } | { readonly kind: 'handed-back'; readonly why: string }

interface SayingsDeps {
  readonly room: Pick<RoomPort, 'broadcast' | 'send'>
  readonly conversations: Conversations
  readonly clock: Timer
  readonly makeKey: () => string
  readonly onChange: () => void
  /** something that is no message of its own could not be stored */
  readonly onError: (error: RoomError) => void
}

const KEPT: Said = { kind: 'kept' }

export class Sayings {
  constructor(private readonly deps: SayingsDeps) {}

  /**
   * Says it to everyone or to one person; it shows in the log at once.
   * @returns when it is stored (everyone) or that person has it (direct), or it could not be taken, which the log tells
   */
  async say(to: ConversationKey, content: Sayable): Promise<Said> {
    const { conversations, clock, makeKey, onChange } = this.deps
    const key = makeKey()
    const log = conversations.open(to)
    conversations.changed(() => log.store({ kind: 'pending', key, at: clock.now(), content, failure: undefined }))
    onChange()
    try {
      await this.#write(to, content)
      if (conversations.changed(() => log.change(key, undefined))) onChange()
      return KEPT
    } catch (cause) {
      // Once it is stored it goes out sooner or later, whatever becomes of this stay.
      if (log.pending(key) === undefined) return KEPT
      const why = errorWords(cause)
      const isHopeless = cause instanceof RoomError && (cause.reason === 'too-large' || cause.reason === 'bad-data')
      conversations.changed(() => log.change(key, isHopeless ? undefined : why))
      onChange()
      // People read the words; an error that the library does not foresee is a bug, and its trace helps.
      if (!(cause instanceof RoomError)) console.error('saying something failed', cause)
      return isHopeless ? { kind: 'handed-back', why } : KEPT
    }
  }

  /** Says what could not be taken once more, as new: it is said now, not then. */
  async sayAgain(to: ConversationKey, key: string): Promise<void> {
    const log = this.deps.conversations.open(to)
    const failed = log.pending(key)
    if (failed?.failure === undefined) return
    this.deps.conversations.changed(() => log.change(key, undefined))
    const said = await this.say(to, failed.content)
    if (said.kind === 'kept') return
    this.deps.conversations.changed(() => log.store({ ...failed, failure: said.why }))
    this.deps.onChange()
  }

  /** @returns when the change is stored; a text that can never be sent is handed back */
  async edit(to: ConversationKey, id: EntryId, text: string): Promise<Said> {
    return this.#change(to, { kind: 'edit', to: id, text })
  }

  async remove(to: ConversationKey, id: EntryId): Promise<void> {
    await this.#change(to, { kind: 'removal', to: id })
  }

  async react(to: ConversationKey, id: EntryId, emoji: string, present: boolean): Promise<void> {
    await this.#change(to, { kind: 'reaction', to: id, emoji, present })
  }

  async #change(to: ConversationKey, content: Writable): Promise<Said> {
    const { clock } = this.deps
    const writing = this.#write(to, content)
    try {
      // To one person it settles only once they have it, which may take days; that it is stored shows in the log.
      if (to === EVERYONE) await writing
      else await Promise.race([writing, new Promise<void>((resolve) => void clock.after(STORED_WITHIN_MS, resolve))])
      writing.catch((cause: unknown) => this.#tell(cause))
      return KEPT
    } catch (cause) {
      if (cause instanceof RoomError && (cause.reason === 'too-large' || cause.reason === 'bad-data')) {
        return { kind: 'handed-back', why: errorWords(cause) }
      }
      this.#tell(cause)
      return KEPT
    }
  }

  #tell(cause: unknown): void {
    if (!(cause instanceof RoomError)) console.error('changing something failed', cause)
    else if (cause.reason !== 'left') this.deps.onError(cause)
  }

  async #write(to: ConversationKey, content: Writable): Promise<void> {
    const { room } = this.deps
    if (to === EVERYONE) await room.broadcast(content)
    else await room.send(to, content)
  }
}
