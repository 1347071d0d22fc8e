/**
 * A room's logs as the room offers them: open before anybody is met, going on in memory when the disk does not take them,
 * and failing in the words of rooms. What logs are is log/'s. Rules ST7, LG9.
 */
import type { Writable } from './log/content'
import type { Entry, Position } from './log/entry'
import type { HistoryPage } from './log/history'
import { type LogStore, LogStoreError } from './log/log-store'
import { Logs, type LogsDeps, type LogsEvents } from './log/logs'
import { SpillingLogStore } from './log/spilling-log-store'
import { RoomError } from './protocol/errors'
import { isPeerId, type PeerId } from './protocol/ids'
import { MAX_HISTORY_PAGE } from './protocol/limits'
import type { Emitter } from './runtime/emitter'

/** Where logs are kept. */
export interface KeptLogs {
  /** what this peer holds of this room's logs; nobody else writes there */
  readonly logs: LogStore
  /** why nothing of them outlives the page; undefined when it does */
  readonly fault: string | undefined
  /** The disk takes nothing more: the key may not be used after this stay, which has to be sure before it goes on. */
  readonly burn: () => Promise<void>
}

export interface HistoryOptions {
  /** the person who it was said to, or who said it to this peer alone; otherwise what was said to everyone */
  readonly with?: PeerId
  readonly before?: Position
  readonly limit?: number
}

interface RoomLogsDeps extends Omit<LogsDeps, 'store'> {
  readonly memory: KeptLogs
  /** tells whoever listens to the room */
  readonly emit: Emitter<LogsEvents>['emit']
}

export class RoomLogs {
  readonly #opening: Promise<Logs>
  #open: Logs | undefined
  #isLeft = false

  constructor(private readonly deps: RoomLogsDeps) {
    this.#opening = this.#openAll()
  }

  /** Those with whom something was said alone; nobody before the logs are open. */
  get conversations(): readonly PeerId[] {
    return this.#open?.conversations ?? []
  }

  /** Resolves when they are open. @throws RoomError 'left' | 'not-stored' */
  opened(): Promise<void> {
    return this.#use(async () => {})
  }

  isKnown(peer: PeerId): boolean {
    return this.#open?.isKnown(peer) ?? false
  }

  /** Up to where a peer has one's own feed, as far as known: everyone's, or that of the log with it alone. */
  reached(peer: PeerId, isDirect: boolean): number {
    return this.#open?.reached(peer, isDirect) ?? 0
  }

  /** @throws RoomError as Logs.send does | 'not-stored' */
  send(to: PeerId, content: Writable | string): Promise<Entry> {
    return this.#use((logs) => logs.send(to, content))
  }

  /** @throws RoomError as Logs.broadcast does | 'not-stored' */
  broadcast(content: Writable | string): Promise<Entry> {
    return this.#use((logs) => logs.broadcast(content))
  }

  /** @throws RoomError 'left' | 'bad-data' for a `before` that is no position | 'not-stored' */
  async history({ with: other, before, limit: wanted = 100 }: HistoryOptions): Promise<HistoryPage> {
    const limit = Number.isNaN(wanted) ? 100 : Math.min(MAX_HISTORY_PAGE, Math.max(1, Math.floor(wanted)))
    const isPosition = !before || (isPeerId(before.author) && [before.lamport, before.seq].every(Number.isFinite))
    if (!isPosition) throw new RoomError('bad-data', 'What history is read before has to be an entry, or its position.')
    return this.#use((logs) => logs.history(other, before, limit))
  }

  link(peer: PeerId, publicKey: Uint8Array): void {
    this.#open?.link(peer, publicKey)
  }

  unlink(peer: PeerId): void {
    this.#open?.unlink(peer)
  }

  receive(from: PeerId, bytes: Uint8Array): void {
    this.#open?.receive(from, bytes)
  }

  /** Says why nothing that is said here outlives the page. */
  tellUnkept(why: string): void {
    const words = `This browser does not keep what is said here, only this page does: ${why}`
    this.deps.emit('error', new RoomError('not-stored', words))
  }

  /** From now on nothing is said or read; what was begun is done. */
  async close(): Promise<void> {
    this.#isLeft = true
    const logs = await this.#opening.catch(() => undefined)
    await logs?.close()
  }

  async #openAll(): Promise<Logs> {
    const { memory, key, emit } = this.deps
    const spill = async (why: string) => {
      // Whatever comes of it, people are told.
      await memory.burn().finally(() => this.tellUnkept(why))
    }
    const logs = await Logs.open({ ...this.deps, store: new SpillingLogStore(memory.logs, spill, key.id) })
    logs.on('entry', (entry) => emit('entry', entry))
    logs.on('receipt', (receipt) => emit('receipt', receipt))
    logs.on('removed', (removed) => emit('removed', removed))
    logs.on('error', (error) => {
      // One's own: whoever comes back comes back with another.
      // Where it cannot be given up, the log says next time what it says now: nothing more is written to it.
      if (error.details.peer === key.id) memory.burn().catch(() => {})
      emit('error', error)
    })
    this.#open = logs
    return logs
  }

  /** @throws RoomError 'left', also when it is left meanwhile | 'not-stored' */
  async #use<T>(use: (logs: Logs) => Promise<T>): Promise<T> {
    try {
      return await use(await this.#opening)
    } catch (error) {
      if (!(error instanceof LogStoreError)) throw error
      if (this.#isLeft) throw new RoomError('left', 'The room was left.')
      throw new RoomError('not-stored', `The browser does not keep it: ${error.message}`)
    }
  }
}
