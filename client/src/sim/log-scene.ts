/**
 * Logs with nothing of a room around them, in virtual time: people who share one, entries that a test writes by hand, as
 * anybody may who has a key, and a network that hands on what they say unless a test keeps it.
 */
import { newSecretKey, type PeerKey, toPeerKey } from '../mesh/identity/peer-key'
import type { Entry, EntryId } from '../mesh/log/entry'
import { digestEntry, encodeEntry, hashEntry, type RawEntry } from '../mesh/log/entry-codec'
import { Exchange } from '../mesh/log/exchange'
import { NO_HASH } from '../mesh/log/feeds'
import { Log, type LogDeps } from '../mesh/log/log'
import { scopeOfRoom } from '../mesh/log/log-scope'
import type { LogStore } from '../mesh/log/log-store'
import { memoryLogStore } from '../mesh/log/memory-log-store'
import { type ChainedEntry, signedMessage, type Unit } from '../mesh/log/runs'
import { openSpeech } from '../mesh/log/speech'
import { type PeerId, toRoomId } from '../mesh/protocol/ids'
import { decodeLogMessage, encodeLogMessage, type LogMessage, type Segment } from '../mesh/protocol/log-messages'
import type { Millis } from '../mesh/runtime/clock'
import { invariant } from '../mesh/runtime/invariant'
import { seededRandom } from './seeded-random'
import { simSignatures, simSigner } from './sim-signatures'
import { VirtualClock } from './virtual-clock'

export const GARDEN = scopeOfRoom(toRoomId(new Uint8Array(16).fill(1)))

/** How long what is said travels. */
const LATENCY: Millis = 5

/** The key of somebody of that name, the same in every test. */
export function keyOf(name: string): PeerKey {
  const seed = [...name].reduce((sum, sign) => Math.imul(sum, 31) + sign.charCodeAt(0), 7)
  return toPeerKey(simSigner(newSecretKey(seededRandom(seed))))
}

type Draft = Partial<Omit<RawEntry, 'author'>>

/** Somebody who writes a feed by hand: whatever a test wants, and several under one key. */
export class Writer {
  readonly entries: ChainedEntry[] = []

  constructor(
    readonly key: PeerKey,
    readonly scope = GARDEN,
    entries: readonly ChainedEntry[] = [],
  ) {
    this.entries.push(...entries)
  }

  get id(): PeerId {
    return this.key.id
  }

  /** Says something behind what was said before; what is not given is as it should be. */
  write(text: string, draft: Draft = {}): this {
    const last = this.entries.at(-1)
    const raw: RawEntry = {
      author: this.id,
      seq: (last?.raw.seq ?? 0) + 1,
      lamport: (last?.raw.lamport ?? 0) + 1,
      at: Date.UTC(2026, 0, 1),
      previous: last?.hash ?? NO_HASH,
      parents: [],
      kind: 1,
      body: text,
      ...draft,
    }
    const bytes = encodeEntry(raw)
    const { author, seq, previous } = raw
    this.entries.push({
      raw,
      bytes,
      hash: hashEntry(this.scope, { author, seq, previous, digest: digestEntry(bytes) }),
    })
    return this
  }

  writeEach(count: number): this {
    for (let index = 0; index < count; index++) this.write(`${this.entries.length + 1}`)
    return this
  }

  /** The same person, who goes on otherwise behind the first `count` entries. */
  branch(count: number): Writer {
    return new Writer(this.key, this.scope, this.entries.slice(0, count))
  }

  /** Entries with these numbers, both included, and a signature over them. */
  async unit(from: number, to = this.entries.length): Promise<Unit> {
    const entries = this.entries.slice(from - 1, to)
    const last = entries.at(-1)
    invariant(last !== undefined, 'there is nothing to sign')
    const signature = await this.key.sign(signedMessage(last.hash))
    const size = entries.reduce((sum, { bytes }) => sum + bytes.length, 0)
    return { author: this.id, publicKey: this.key.publicKey, entries, signature, size, isAnchored: true }
  }

  /**
   * The same as it travels.
   * @param how its own come from a writer without a key; anchored ones with the hash before the first
   */
  async segment(from: number, to = this.entries.length, how: 'own' | 'anchored' = 'anchored'): Promise<Segment> {
    const { entries, signature } = await this.unit(from, to)
    return {
      publicKey: how === 'own' ? undefined : this.key.publicKey,
      previous: how === 'own' ? undefined : entries[0]?.raw.previous,
      entries: entries.map(({ bytes }) => bytes),
      signature,
    }
  }
}

export interface LogOptions {
  readonly store?: LogStore
  readonly limits?: LogDeps['limits']
  readonly ownName?: () => string | undefined
}

/** A log, and what it told. */
export interface OpenLog {
  readonly log: Log
  readonly key: PeerKey
  readonly store: LogStore
  readonly entries: Entry[]
  readonly forked: { readonly author: PeerId; readonly removed: readonly EntryId[]; readonly proof: Uint8Array }[]
  texts(): readonly string[]
  /** all that can be read back */
  remembered(): Promise<readonly string[]>
}

export async function openLog(clock: VirtualClock, key: PeerKey, options: LogOptions = {}): Promise<OpenLog> {
  const { store = memoryLogStore(), limits = { entries: 10_000, bytes: 1e9 }, ownName = () => undefined } = options
  const log = await Log.open({
    name: 'room',
    scope: GARDEN,
    key,
    signatures: simSignatures,
    store,
    clock,
    speech: openSpeech(GARDEN),
    nameOf: () => undefined,
    ownName,
    limits,
  })
  const open: OpenLog = {
    log,
    key,
    store,
    entries: [],
    forked: [],
    texts: () => open.entries.flatMap(textOf),
    remembered: async () => (await log.history(undefined, 10_000)).entries.flatMap(textOf),
  }
  log.on('delivered', ({ entries }) => open.entries.push(...entries))
  log.on('forked', (verdict) => open.forked.push(verdict))
  return open
}

const textOf = ({ content }: Entry): readonly string[] => (content.kind === 'text' ? [content.text] : [])

/** Somebody who shares the log, by the code that ships. */
export interface Holder extends OpenLog {
  readonly exchange: Exchange
  /** how far others have this one's feed */
  readonly receipts: { readonly by: PeerId; readonly upTo: number }[]
  readonly offences: { readonly peer: PeerId; readonly what: string }[]
  /** bytes that wait in its links, as far as it can tell */
  queued: number
}

/** One whose messages a test writes by hand. */
export interface Hand {
  readonly key: PeerKey
  readonly heard: LogMessage[]
}

/** Something that was said. */
export interface Said {
  readonly from: string
  readonly to: string
  readonly message: LogMessage
}

export class LogScene {
  readonly clock = new VirtualClock()
  readonly random
  /** all that was handed on, in order */
  readonly said: Said[] = []
  /** what is lost; nothing unless a test says so */
  loses: (said: Said) => boolean = () => false
  readonly #holders = new Map<string, Holder>()
  readonly #hands = new Map<string, Hand>()
  readonly #names = new Map<PeerId, string>()
  readonly #links = new Set<string>()

  constructor(seed = 1) {
    this.random = seededRandom(seed)
  }

  async join(name: string, options: LogOptions & { readonly key?: PeerKey } = {}): Promise<Holder> {
    const { clock, random } = this
    const key = options.key ?? keyOf(name)
    const open = await openLog(clock, key, options)
    const receipts: Holder['receipts'] = []
    const offences: Holder['offences'] = []
    const exchange = new Exchange({
      log: open.log,
      direct: false,
      self: key.id,
      clock,
      random,
      send: (to, bytes) => {
        const message = decodeLogMessage(bytes)
        invariant(message.ok, 'what is sent can be read')
        this.#send(name, to, message.value)
      },
      queued: () => holder.queued,
      onAcknowledged: (by, upTo) => receipts.push({ by, upTo }),
      onOffence: (peer, what) => offences.push({ peer, what }),
    })
    const holder: Holder = { ...open, exchange, receipts, offences, queued: 0 }
    this.#holders.set(name, holder)
    this.#names.set(key.id, name)
    return holder
  }

  /** Somebody who says what a test says. */
  hand(name: string): Hand {
    const hand: Hand = { key: keyOf(name), heard: [] }
    this.#hands.set(name, hand)
    this.#names.set(hand.key.id, name)
    return hand
  }

  holder(name: string): Holder {
    const holder = this.#holders.get(name)
    invariant(holder !== undefined, `there is no ${name} in this scene`)
    return holder
  }

  get holders(): readonly Holder[] {
    return [...this.#holders.values()]
  }

  link(one: string, other: string): void {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      this.#links.add(`${from} ${to}`)
      this.#holders.get(from)?.exchange.link(this.#keyOf(to).id, this.#keyOf(to).publicKey)
    }
  }

  unlink(one: string, other: string): void {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      this.#links.delete(`${from} ${to}`)
      this.#holders.get(from)?.exchange.unlink(this.#keyOf(to).id)
    }
  }

  /** What a hand says to somebody. */
  says(from: string, to: string, message: LogMessage): void {
    this.#send(from, this.#keyOf(to).id, message)
  }

  run(duration: Millis): Promise<void> {
    return this.clock.run(duration)
  }

  /** The same of all: what they hold, in order. */
  async remembered(): Promise<readonly (readonly string[])[]> {
    return Promise.all(this.holders.map((holder) => holder.remembered()))
  }

  #keyOf(name: string): PeerKey {
    return this.#hands.get(name)?.key ?? this.holder(name).key
  }

  #send(from: string, id: PeerId, message: LogMessage): void {
    const to = this.#names.get(id)
    invariant(to !== undefined, 'nobody is sent to who is not there')
    if (!this.#links.has(`${from} ${to}`)) return
    // What travels is bytes.
    const bytes = encodeLogMessage(message)
    const said = { from, to, message }
    this.said.push(said)
    if (this.loses(said)) return
    this.clock.after(LATENCY, () => {
      if (!this.#links.has(`${from} ${to}`)) return
      const decoded = decodeLogMessage(bytes)
      invariant(decoded.ok, 'what was encoded can be read')
      this.#hands.get(to)?.heard.push(decoded.value)
      this.#holders.get(to)?.exchange.receive(this.#keyOf(from).id, decoded.value)
    })
  }
}
