/**
 * All logs of one peer in one room: everyone's, and one for each person it talks with alone, opened when somebody needs it.
 * Each is kept the same by an exchange of its own. Rules LM1, DM1-DM4.
 */

import { PairSealer } from '../identity/pair-sealer'
import type { PeerKey } from '../identity/peer-key'
import type { Signatures } from '../identity/signatures'
import { RoomError } from '../protocol/errors'
import type { PeerId, RoomId } from '../protocol/ids'
import {
  MAX_DIRECT_LOG_BYTES,
  MAX_DIRECT_LOG_ENTRIES,
  MAX_DIRECT_LOGS,
  MAX_KEPT_DIRECT_LOGS,
  MAX_LOG_BYTES,
  MAX_LOG_ENTRIES,
} from '../protocol/limits'
import { decodeLogMessage, type LogMessage } from '../protocol/log-messages'
import type { Clock } from '../runtime/clock'
import { Emitter } from '../runtime/emitter'
import type { Random } from '../runtime/random'
import type { Writable } from './content'
import type { Entry, EntryId, Position } from './entry'
import { Exchange } from './exchange'
import type { HistoryPage } from './history'
import { Log, type LogDeps } from './log'
import { scopeOfPair, scopeOfRoom } from './log-scope'
import type { LogStore, StoredFeed } from './log-store'
import { forkedOneself } from './own-feed'
import { openSpeech, sealedSpeech } from './speech'
import { readWritable } from './writable'

/** A member has all that one has said up to a number. */
export interface Receipt {
  readonly by: PeerId
  /** in the log with that person alone; undefined in everyone's */
  readonly with: PeerId | undefined
  readonly upTo: number
}

export type LogsEvents = {
  /** each once while this page is open, when it is stored here and all that it refers to has been told; one's own as well */
  entry: Entry
  /** a member has all that one has said up to there */
  receipt: Receipt
  /** entries that were told before and do not count any more, because their author wrote two versions of them */
  removed: { readonly ids: readonly EntryId[] }
  error: RoomError
}

export interface LogsDeps {
  readonly room: RoomId
  readonly key: PeerKey
  readonly signatures: Signatures
  readonly clock: Clock
  readonly random: Random
  readonly store: LogStore
  readonly nameOf: (author: PeerId) => string | undefined
  /** the key of somebody who was met, and may be away */
  readonly keyOf: (peer: PeerId) => Uint8Array | undefined
  readonly ownName: () => string
  readonly send: (to: PeerId, message: Uint8Array) => void
  /** bytes that wait in the link to a peer */
  readonly queued: (to: PeerId) => number
  readonly onOffence: (peer: PeerId, what: string) => void
}

interface Waiter {
  readonly with: PeerId
  readonly seq: number
  readonly settle: (error?: RoomError) => void
}

export class Logs {
  readonly on: Emitter<LogsEvents>['on']
  readonly #events = new Emitter<LogsEvents>()
  readonly #room: Exchange
  /** logs of two that were asked for, and of those the open ones */
  readonly #directs = new Map<PeerId, Promise<Exchange | undefined>>()
  readonly #open = new Map<PeerId, Exchange>()
  /** those with whom something was said alone */
  readonly #talked: Set<PeerId>
  /** what is being sent: the log that it is for stays open */
  readonly #sends = new Set<{ readonly to: PeerId }>()
  readonly #linked = new Map<PeerId, Uint8Array>()
  #waiters: Waiter[] = []
  #closed = false

  static async open(deps: LogsDeps): Promise<Logs> {
    const scope = scopeOfRoom(deps.room)
    const limits = { entries: MAX_LOG_ENTRIES, bytes: MAX_LOG_BYTES }
    const [log, names] = await Promise.all([
      Log.open({ ...deps, name: 'room', scope, speech: openSpeech(scope), limits }),
      deps.store.list(),
    ])
    return new Logs(
      deps,
      log,
      names.filter((name): name is PeerId => name !== 'room'),
    )
  }

  private constructor(
    private readonly deps: LogsDeps,
    room: Log,
    talked: readonly PeerId[],
  ) {
    this.on = this.#events.on.bind(this.#events)
    this.#talked = new Set(talked)
    this.#room = this.#share(room, undefined)
  }

  /** Those with whom something was said alone. */
  get conversations(): readonly PeerId[] {
    return [...this.#talked]
  }

  /** Whether something is known of another peer that may be away, so that it can be written to. */
  isKnown(peer: PeerId): boolean {
    if (peer === this.deps.key.id) return false
    return this.#talked.has(peer) || this.#room.log.feed(peer) !== undefined
  }

  /** @returns the entry, once it is stored. @throws RoomError 'bad-data' | 'too-large' */
  async broadcast(content: Writable | string): Promise<Entry> {
    return this.#room.log.write(readWritable(content, scopeOfRoom(this.deps.room)))
  }

  /**
   * @returns the entry, once the other has it
   * @throws RoomError 'bad-data' | 'too-large' | 'unknown-peer' (its key is not known) | 'overloaded' | 'left' (it is kept, and
   *   sent when both meet again) | 'forked' (nobody takes what one says any more)
   */
  async send(to: PeerId, content: Writable | string): Promise<Entry> {
    const sent = { to }
    this.#sends.add(sent)
    try {
      return await this.#send(to, content)
    } finally {
      this.#sends.delete(sent)
    }
  }

  async #send(to: PeerId, content: Writable | string): Promise<Entry> {
    const { room, key } = this.deps
    const writable = readWritable(content, scopeOfPair(room, key.id, to))
    const exchange = await this.#direct(to)
    if (this.#closed) throw left()
    if (!exchange) throw new RoomError('unknown-peer', `The key of ${to} is not known here.`, { peer: to })
    // So that it can be written to while it is away, also when only one's own words are in the log.
    const publicKey = this.#metKey(to)
    if (publicKey) await exchange.log.meet(to, publicKey)
    const entry = await exchange.log.write(writable)
    await new Promise<void>((resolve, reject) => {
      if (exchange.reached(to) >= entry.seq) return resolve()
      const settle = (error?: RoomError) => (error ? reject(error) : resolve())
      if (this.#closed) return settle(left())
      if (isTakenOut(exchange.log.feed(key.id), entry.seq)) return settle(forkedOneself(key.id))
      this.#waiters.push({ with: to, seq: entry.seq, settle })
    })
    return entry
  }

  async history(withPeer: PeerId | undefined, before: Position | undefined, limit: number): Promise<HistoryPage> {
    const exchange = withPeer === undefined ? this.#room : await this.#known(withPeer)
    return exchange?.log.history(before, limit) ?? { entries: [], more: false, complete: true }
  }

  /** Up to where a peer has one's own feed, as far as known: everyone's, or that of the log with it alone. */
  reached(peer: PeerId, isDirect: boolean): number {
    if (!isDirect) return this.#room.reached(peer)
    const exchange = this.#open.get(peer)
    return Math.max(exchange?.reached(peer) ?? 0, exchange?.log.feed(this.deps.key.id)?.acknowledged ?? 0)
  }

  link(peer: PeerId, publicKey: Uint8Array): void {
    if (this.#closed) return
    this.#linked.set(peer, publicKey)
    this.#room.link(peer, publicKey)
    const direct = this.#directs.get(peer)
    if (direct) void direct.then((exchange) => this.#linked.has(peer) && exchange?.link(peer, publicKey))
    else if (this.#talked.has(peer)) void this.#direct(peer)
  }

  unlink(peer: PeerId): void {
    this.#linked.delete(peer)
    this.#room.unlink(peer)
    void this.#directs.get(peer)?.then((exchange) => {
      exchange?.unlink(peer)
      return exchange && this.#dropEmpty(peer, exchange)
    })
  }

  receive(from: PeerId, bytes: Uint8Array): void {
    const decoded = decodeLogMessage(bytes)
    if (!decoded.ok) return this.deps.onOffence(from, decoded.reason)
    const message = decoded.value
    if (this.#closed) return
    if (!message.direct) return this.#room.receive(from, message)
    if (this.#begins(from, message)) void this.#direct(from).then((exchange) => exchange?.receive(from, message))
  }

  /** Whoever waits for an acknowledgement is told that it will not come while this page is open. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { settle } of this.#waiters.splice(0)) settle(left())
    const exchanges = [this.#room, ...(await Promise.all(this.#directs.values()))]
    for (const exchange of exchanges) {
      await exchange?.log.idle()
      exchange?.close()
    }
    this.#events.clear()
    this.deps.store.close()
  }

  /** The log of two, if there is one. */
  async #known(peer: PeerId): Promise<Exchange | undefined> {
    return this.#talked.has(peer) ? this.#direct(peer) : undefined
  }

  /** Opens the log of two; undefined when the other's key is not known. */
  async #direct(peer: PeerId): Promise<Exchange | undefined> {
    const open = this.#directs.get(peer)
    if (open || this.#closed) return open
    const opening = this.#openDirect(peer).catch((error: unknown) => {
      // The room was left while it was being opened.
      if (this.#closed) return undefined
      throw error
    })
    this.#directs.set(peer, opening)
    void opening.then((exchange) => {
      if (!exchange) return this.#directs.delete(peer)
      const publicKey = this.#linked.get(peer)
      return publicKey && exchange.link(peer, publicKey)
    })
    return opening
  }

  async #openDirect(peer: PeerId): Promise<Exchange | undefined> {
    const { room, key, random } = this.deps
    if (peer === key.id) return undefined
    const publicKey = this.#metKey(peer) ?? (await this.#storedKey(peer))
    const sealer = publicKey && (await PairSealer.of({ room, key, publicKey, random }))
    if (!publicKey || !sealer) return undefined
    const scope = scopeOfPair(room, key.id, peer)
    const limits = { entries: MAX_DIRECT_LOG_ENTRIES, bytes: MAX_DIRECT_LOG_BYTES, pinned: key.id }
    const deps: LogDeps = {
      ...this.deps,
      name: peer,
      scope,
      speech: sealedSpeech(scope, sealer),
      ownName: () => undefined,
      limits,
    }
    const exchange = this.#share(await Log.open(deps), peer)
    this.#open.set(peer, exchange)
    return exchange
  }

  #metKey(peer: PeerId): Uint8Array | undefined {
    return this.deps.keyOf(peer) ?? this.#room.log.feed(peer)?.publicKey
  }

  async #storedKey(peer: PeerId): Promise<Uint8Array | undefined> {
    return (await this.deps.store.feeds(peer)).find(({ author }) => author === peer)?.publicKey
  }

  #share(log: Log, other: PeerId | undefined): Exchange {
    const { key, clock, random, send, queued, onOffence } = this.deps
    const exchange = new Exchange({
      log,
      direct: other !== undefined,
      self: key.id,
      clock,
      random,
      send,
      queued,
      onAcknowledged: (by, upTo) => this.#acknowledge(exchange, { by, with: other, upTo }),
      onOffence,
    })
    log.on('delivered', ({ entries }) => {
      if (other !== undefined && entries.length > 0) this.#talked.add(other)
      for (const entry of entries) if (entry.content.kind !== 'unknown') this.#events.emit('entry', entry)
    })
    log.on('forked', ({ author, removed }) => {
      if (removed.length > 0) this.#events.emit('removed', { ids: removed })
      if (author === key.id) {
        // Nobody takes it any more, so nobody will say that it is there.
        this.#settle(
          (waiter) => waiter.with === other && isTakenOut(log.feed(author), waiter.seq),
          forkedOneself(author),
        )
        return this.#events.emit('error', forkedOneself(author))
      }
      const words = `${this.deps.nameOf(author) ?? author} wrote two versions of the same messages; what contradicts is kept out.`
      this.#events.emit('error', new RoomError('forked', words, { peer: author }))
    })
    return exchange
  }

  #acknowledge(exchange: Exchange, receipt: Receipt): void {
    const { with: other, by, upTo } = receipt
    this.#events.emit('receipt', receipt)
    if (other === undefined || by !== other) return
    void exchange.log.acknowledge(upTo)
    this.#settle((waiter) => waiter.with === other && waiter.seq <= upTo)
  }

  #settle(isSettled: (waiter: Waiter) => boolean, error?: RoomError): void {
    const settled = this.#waiters.filter(isSettled)
    this.#waiters = this.#waiters.filter((waiter) => !isSettled(waiter))
    for (const { settle } of settled) settle(error)
  }

  /** Forgets a log of two in which nothing was said after all, when the other goes: its key cost nothing. */
  async #dropEmpty(peer: PeerId, exchange: Exchange): Promise<void> {
    await exchange.log.idle()
    const isUsed = this.#talked.has(peer) || [...this.#sends].some(({ to }) => to === peer)
    if (isUsed || this.#closed || this.#linked.has(peer) || this.#open.get(peer) !== exchange) return
    this.#directs.delete(peer)
    this.#open.delete(peer)
    exchange.close()
  }

  /** Whether there is a log of two, or the other has something for it. Keys cost nothing, and each can begin one. */
  #begins(peer: PeerId, message: LogMessage): boolean {
    if (this.#directs.has(peer) || this.#talked.has(peer)) return true
    const hasAny = message.kind === 'have' ? message.feeds.length > 0 : message.kind === 'entries'
    if (!hasAny) return false
    const empty = [...this.#directs.keys()].filter((other) => !this.#talked.has(other)).length
    return this.#directs.size < MAX_DIRECT_LOGS && this.#talked.size + empty < MAX_KEPT_DIRECT_LOGS
  }
}

/** Whether an entry is no longer part of its feed, which forked before it. */
const isTakenOut = (feed: StoredFeed | undefined, seq: number): boolean => (feed?.fork?.seq ?? seq + 1) <= seq

const left = (): RoomError => new RoomError('left', 'The room was left; it is kept, and sent when both meet again.')
