/**
 * One other member as this peer deals with it: its link, its signs of life and its session, across
 * however many links. Which links there are is the dialer's; what payloads mean is the room's.
 * Rules RP1-RP3, SE7-SE8, CO1, CO2.
 */
import { Conduct } from './link/conduct'
import { Keepalive, type Life } from './link/keepalive'
import type { Link } from './link/link'
import { HELLO_PATIENCE, PLACE_KEPT_FOR, STALLED_AFTER, UNREACHABLE_AFTER } from './link/timing'
import type { Member } from './membership/roster'
import { TheirRecord } from './membership/their-record'
import { Session } from './messaging/session'
import { RoomError } from './protocol/errors'
import {
  decodeFrame,
  encodeFrame,
  type ForeignHello,
  type Frame,
  type Hello,
  type InboundFrame,
  PROTOCOL_VERSION,
} from './protocol/frames'
import type { Address, PeerId } from './protocol/ids'
import type { Clock, Millis } from './runtime/clock'
import { assertNever } from './runtime/invariant'
import type { Ticker } from './runtime/ticker'

interface RemotePeerDeps {
  readonly id: PeerId
  /** of the two this side is the first to ask for a sign of life when nothing is said */
  readonly asksFirst: boolean
  readonly clock: Clock
  /** when to judge it, shared with the others */
  readonly watch: Ticker
  /** names this side's numbering, see Hello */
  readonly instance: string
  /** what this side says of itself now, signed */
  readonly ownRecord: () => Uint8Array
  /** whether a record is signed, for this room, by whom it claims to be of */
  readonly isSigned: (record: Uint8Array) => Promise<boolean>
  readonly onPayload: (payload: Uint8Array) => void
  /** unnumbered, and only while it is linked */
  readonly onLog: (message: Uint8Array) => void
  readonly onSignal: (signal: Uint8Array) => void
  /** it has said who it is over the present link, and that link is gone */
  readonly onLinked: (publicKey: Uint8Array) => void
  readonly onUnlinked: () => void
  readonly onChange: () => void
  /** it said good-bye */
  readonly onLeft: () => void
  /** what was said to it and not acknowledged is given up, and so is what it was asked */
  readonly onGivenUp: (error: RoomError) => void
  /** its link is open and yet nothing is heard: a fresh one may do better */
  readonly onSilent: () => void
  /** it broke more rules than are borne */
  readonly onMisbehaved: (what: string) => void
  /** it speaks another version of the protocol; no link to it is of use */
  readonly onIncompatible: (error: RoomError) => void
}

/** What the roster says of a peer, but for what this side alone knows. */
type Standing = Omit<Member, 'verified'>

export class RemotePeer {
  readonly session: Session
  /** where it was last linked with */
  address: Address | undefined
  readonly #keepalive: Keepalive
  readonly #conduct: Conduct
  readonly #record: TheirRecord
  #rtt: Millis | undefined
  #link: Link | undefined
  #unlinkedAt: Millis = 0
  /** The hello of the present link has come. */
  #greeted = false
  #gone = false
  /** Nothing is said to it any more, until it is back. */
  #givenUp = false
  /** What had been settled and flushed, and when that last changed. */
  #progress: { readonly settled: number; readonly flushed: number; readonly at: Millis } | undefined
  #cancelGiveUp = () => {}

  constructor(private readonly deps: RemotePeerDeps) {
    const { id: peer, clock, instance, isSigned, onPayload, onChange } = deps
    this.session = new Session({ peer, clock, instance, onPayload })
    this.#conduct = new Conduct(clock)
    this.#record = new TheirRecord({
      peer,
      clock,
      isSigned,
      onChange,
      onOffence: (what) => this.offend(what),
    })
    this.#keepalive = new Keepalive({
      clock,
      watch: deps.watch,
      asksFirst: deps.asksFirst,
      ping: (frame) => this.#send(frame),
      onWatch: () => this.#watch(),
      onLife: (life) => this.#handleLife(life),
      onRtt: (rtt) => this.#handleRtt(rtt),
    })
  }

  get name(): string | undefined {
    return this.#record.value?.name
  }

  get publicKey(): Uint8Array | undefined {
    return this.#record.value?.publicKey
  }

  /** What the roster says of it; undefined before its first hello. */
  get member(): Standing | undefined {
    if (this.name === undefined) return undefined
    const suspected = this.#keepalive.life === 'suspected' || !this.#greeted
    const status = this.#gone ? 'gone' : suspected ? 'suspected' : 'here'
    const reach = this.#greeted && !this.#gone ? 'direct' : 'none'
    const rtt = this.#rtt !== undefined && reach === 'direct' ? { rtt: this.#rtt } : {}
    return { id: this.deps.id, name: this.name, status, reach, ...rtt }
  }

  /** Whether what is said to it now may still arrive. */
  get expected(): boolean {
    return this.#record.value !== undefined && !this.#givenUp
  }

  /** There are signs of life over an open link. */
  get heard(): boolean {
    return this.#greeted && this.#keepalive.life === 'heard'
  }

  get linked(): boolean {
    return this.#link !== undefined
  }

  /** It counts among those that may be linked at once: it is, or was a moment ago, as a member. */
  get hasPlace(): boolean {
    if (this.linked) return true
    return this.#record.value !== undefined && this.deps.clock.now() - this.#unlinkedAt < PLACE_KEPT_FOR
  }

  /** Goes on over an open link. The one before it, if any, says nothing any more. */
  attach(link: Link): void {
    this.#unlink()
    this.#link = link
    const tooLate = () => this.#link === link && !this.#greeted && link.close()
    const stops = [
      this.deps.clock.after(HELLO_PATIENCE, tooLate),
      link.on('activity', () => this.#link === link && this.#greeted && this.#keepalive.heard()),
      link.on('frame', (bytes) => this.#link === link && this.#handleFrame(bytes)),
      link.on('fault', (what) => this.#link === link && this.deps.onMisbehaved(what)),
    ]
    link.on('close', () => {
      for (const stop of stops) stop()
    })
    const { instance, ownRecord } = this.deps
    const { received } = this.session
    this.#send({ kind: 'hello', version: PROTOCOL_VERSION, instance, record: ownRecord(), received })
    this.#keepalive.start()
  }

  /** The link is gone and none has taken its place. */
  detach(): void {
    this.#unlink()
    if (this.#gone) this.#keepalive.stop()
    else this.#keepalive.unlinked()
    this.deps.onChange()
  }

  /** It says something new of itself. What comes within moments counts as one change. */
  describe(record: Uint8Array): void {
    this.#record.update(record)
  }

  /** It broke a rule; what it said was dropped. */
  offend(what: string): void {
    if (!this.#conduct.bears()) this.deps.onMisbehaved(what)
  }

  /** It is kept out: nothing that it sent counts any more, and nothing is sent to it. */
  expel(): void {
    this.session.discard()
    this.#setGone(true)
    this.#giveUp('broke the rules and was cut off')
  }

  /** bytes that wait in its link */
  get queued(): number {
    return this.#link?.queued ?? 0
  }

  /** Says something unnumbered; without a link to it, nobody hears it. */
  tell(frame: Extract<Frame, { kind: 'log' | 'signal' }>): void {
    if (this.#greeted) this.#send(frame)
  }

  /** Tells it that this peer leaves the room. */
  sayBye(): void {
    this.#send({ kind: 'bye' })
  }

  /** It is not in the room any more, whatever the link looks like. */
  lost(): void {
    this.#setGone(true)
    if (!this.#link) this.#keepalive.stop()
  }

  stop(error: RoomError): void {
    this.#unlink()
    this.#keepalive.stop()
    this.#cancelGiveUp()
    this.#record.stop()
    this.session.discard()
    this.session.fail(error)
  }

  #unlink(): void {
    if (this.#link) this.#unlinkedAt = this.deps.clock.now()
    this.#link = undefined
    if (this.#greeted) this.deps.onUnlinked()
    this.#greeted = false
    this.session.pause()
  }

  #send(frame: Frame): void {
    if (!this.#link) return
    this.#link.send(encodeFrame(frame))
    this.#keepalive.said()
  }

  #watch(): void {
    this.#link?.check()
    this.#watchProgress()
  }

  /** A link that lives is no use when what goes into it never comes to anything. */
  #watchProgress(): void {
    // One that is not heard is lost in another way, and on another clock.
    if (!this.#link || !this.heard || !this.session.waiting) {
      this.#progress = undefined
      return
    }
    const now = this.deps.clock.now()
    const { settled } = this.session
    // While nothing is queued, only acknowledgements count: pings are taken even by one who acknowledges nothing.
    const flushed = this.#link.queued > 0 ? this.#link.flushed : 0
    const last = this.#progress
    if (!last || last.settled !== settled || last.flushed !== flushed) this.#progress = { settled, flushed, at: now }
    else if (now - last.at >= STALLED_AFTER) {
      this.#giveUp('acknowledges nothing any more')
      this.#link.close()
    }
  }

  #handleFrame(bytes: Uint8Array): void {
    if (!this.#conduct.takesFrame()) return this.offend('too many frames')
    const frame = decodeFrame(bytes)
    if (!frame.ok) return this.offend(frame.reason)
    if (!this.#greeted && frame.value.kind !== 'hello' && frame.value.kind !== 'foreign')
      return this.offend('something came before hello')
    this.#take(frame.value)
  }

  #take(frame: InboundFrame): void {
    switch (frame.kind) {
      case 'hello':
        return this.#handleHello(frame)
      case 'foreign':
        return this.#handleForeign(frame)
      case 'ping':
        if (this.#conduct.takesPing()) this.#send({ kind: 'pong', stamp: frame.stamp })
        return
      case 'pong':
        return this.#keepalive.pong(frame.stamp)
      case 'data':
        if (!this.session.receive(frame.seq, frame.payload)) this.offend('more messages than may wait')
        return
      case 'ack':
        if (!this.session.acknowledge(frame.seq)) this.offend('what was never sent was acknowledged')
        return
      case 'log':
        return this.deps.onLog(frame.message)
      case 'signal':
        if (this.#conduct.takesSignal()) this.deps.onSignal(frame.signal)
        return
      case 'bye':
        return this.#handleBye()
      default:
        return assertNever(frame)
    }
  }

  #handleHello(hello: Hello): void {
    if (this.#greeted) return this.offend('hello came twice')
    const link = this.#link
    // Without its record there is nobody to greet, and no other hello will come over this link, nor over a later one.
    const close = () => {
      link?.close()
      if (!this.#record.value) this.#link?.close()
    }
    if (!this.#record.read(hello.record, close)) return close()
    this.#greeted = true
    this.#keepalive.heard()
    this.#setGone(false)
    this.session.resume(hello.instance, hello.received, (frame) => this.#send(frame))
    if (this.publicKey) this.deps.onLinked(this.publicKey)
    this.deps.onChange()
  }

  #handleForeign({ version }: ForeignHello): void {
    const versions = `version ${version} of the protocol, this page version ${PROTOCOL_VERSION}`
    const error = `Somebody in this room uses ${versions}. Reload the older page.`
    this.deps.onIncompatible(new RoomError('incompatible', error, { peer: this.deps.id }))
  }

  #handleBye(): void {
    this.#setGone(true)
    this.#giveUp('left the room')
    this.deps.onLeft()
  }

  #handleLife(life: Life): void {
    switch (life) {
      case 'heard':
        if (this.#greeted) this.#setGone(false)
        return this.deps.onChange()
      case 'suspected':
        this.deps.onChange()
        // Without a link the dialer is at it already, and one without a hello is closed soon.
        if (this.#greeted) this.deps.onSilent()
        return
      case 'dead':
        this.#setGone(true)
        if (!this.#link) this.#keepalive.stop()
        return
      default:
        return assertNever(life)
    }
  }

  #handleRtt(rtt: Millis): void {
    this.#rtt = Math.round(rtt * 10) / 10
    this.deps.onChange()
  }

  #setGone(gone: boolean): void {
    if (this.#gone === gone) return
    this.#gone = gone
    this.#givenUp = false
    this.#cancelGiveUp()
    if (gone) {
      const words = `could not be reached for ${UNREACHABLE_AFTER / 1000} seconds`
      this.#cancelGiveUp = this.deps.clock.after(UNREACHABLE_AFTER, () => this.#giveUp(words))
    }
    this.deps.onChange()
  }

  /** Tells whoever waits for it. While it is gone nothing more is said to it either. */
  #giveUp(why: string): void {
    this.#cancelGiveUp()
    this.#givenUp = this.#gone
    const { id: peer } = this.deps
    const error = new RoomError('unreachable', `${this.name ?? peer} ${why}.`, { peer })
    this.session.fail(error)
    this.deps.onGivenUp(error)
  }
}
