/**
 * One other member as this peer deals with it: its link, its signs of life and its session, across
 * however many links. Which links there are is the dialer's; what payloads mean is the room's.
 * Rules RP1-RP4.
 */
import { Keepalive, type Life } from './link/keepalive'
import type { Link } from './link/link'
import type { Member } from './membership/roster'
import { Session } from './messaging/session'
import { RoomError } from './protocol/errors'
import { decodeFrame, encodeFrame, type Frame, type Hello, PROTOCOL_VERSION } from './protocol/frames'
import type { PeerId } from './protocol/ids'
import { MAX_BAD_FRAMES } from './protocol/limits'
import { type Clock, type Millis, seconds } from './runtime/clock'
import { assertNever } from './runtime/invariant'

/** Long enough for a laptop's short nap; then whoever waits for an acknowledgement is told. */
const UNREACHABLE_AFTER: Millis = seconds(30)

interface RemotePeerDeps {
  readonly id: PeerId
  readonly clock: Clock
  /** this program's run, see Hello */
  readonly instance: string
  readonly ownName: () => string
  readonly onPayload: (payload: Uint8Array) => void
  readonly onChange: () => void
  /** it said good-bye */
  readonly onLeft: () => void
  /** its link is open and yet nothing is heard: a fresh one may do better */
  readonly onSilent: () => void
  /** it speaks another version of the protocol; no link to it is of use */
  readonly onIncompatible: (error: RoomError) => void
}

export class RemotePeer {
  readonly session: Session
  readonly #keepalive: Keepalive
  #name: string | undefined
  #rtt: Millis | undefined
  #link: Link | undefined
  /** The hello of the present link has come. */
  #greeted = false
  #badFrames = 0
  #gone = false
  #cancelGiveUp = () => {}

  constructor(private readonly deps: RemotePeerDeps) {
    this.session = new Session({ peer: deps.id, instance: deps.instance, onPayload: deps.onPayload })
    this.#keepalive = new Keepalive({
      clock: deps.clock,
      ping: (frame) => this.#ping(frame),
      onLife: (life) => this.#handleLife(life),
      onRtt: (rtt) => this.#handleRtt(rtt),
    })
  }

  /** What the roster says of it; undefined before its first hello. */
  get member(): Member | undefined {
    if (this.#name === undefined) return undefined
    const suspected = this.#keepalive.life === 'suspected' || !this.#greeted
    const status = this.#gone ? 'gone' : suspected ? 'suspected' : 'here'
    const reach = this.#greeted && !this.#gone ? 'direct' : 'none'
    const rtt = this.#rtt !== undefined && reach === 'direct' ? { rtt: this.#rtt } : {}
    return { id: this.deps.id, name: this.#name, status, reach, ...rtt }
  }

  get gone(): boolean {
    return this.#gone
  }

  /** There are signs of life over an open link. */
  get heard(): boolean {
    return this.#greeted && this.#keepalive.life === 'heard'
  }

  get linked(): boolean {
    return this.#link !== undefined
  }

  /** Goes on over an open link. The one before it, if any, says nothing any more. */
  attach(link: Link): void {
    this.#unlink()
    this.#link = link
    const stop = link.on('frame', (bytes) => this.#link === link && this.#handleFrame(bytes))
    link.on('close', stop)
    const { instance } = this.deps
    const { received } = this.session
    this.#send({ kind: 'hello', version: PROTOCOL_VERSION, instance, name: this.deps.ownName(), received })
    this.#keepalive.start()
  }

  /** The link is gone and none has taken its place. */
  detach(): void {
    this.#unlink()
    if (this.#gone) this.#keepalive.stop()
    else this.#keepalive.unlinked()
    this.deps.onChange()
  }

  rename(name: string): void {
    this.#name = name
    this.deps.onChange()
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
    this.session.fail(error)
  }

  #unlink(): void {
    this.#link = undefined
    this.#greeted = false
    this.session.pause()
  }

  #send(frame: Frame): void {
    this.#link?.send(encodeFrame(frame))
  }

  #ping(frame: Frame): void {
    this.#link?.check()
    this.#send(frame)
  }

  #handleFrame(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes)
    if (!frame.ok) return this.#handleBadFrame()
    if (!this.#greeted && frame.value.kind !== 'hello') return this.#handleBadFrame()
    this.#keepalive.heard()
    this.#take(frame.value)
  }

  #take(frame: Frame): void {
    switch (frame.kind) {
      case 'hello':
        return this.#handleHello(frame)
      case 'ping':
        return this.#send({ kind: 'pong', stamp: frame.stamp })
      case 'pong':
        return this.#keepalive.pong(frame.stamp)
      case 'data':
        return this.session.receive(frame.seq, frame.payload)
      case 'ack':
        return this.session.acknowledge(frame.seq)
      case 'bye':
        return this.#handleBye()
      default:
        return assertNever(frame)
    }
  }

  #handleHello(hello: Hello): void {
    if (this.#greeted) return this.#handleBadFrame()
    if (hello.version !== PROTOCOL_VERSION) {
      const versions = `version ${hello.version} of the protocol, this page version ${PROTOCOL_VERSION}`
      const error = `${hello.name} uses ${versions}. Reload the older page.`
      return this.deps.onIncompatible(new RoomError('incompatible', error, { peer: this.deps.id }))
    }
    this.#greeted = true
    this.#name = hello.name
    this.#setGone(false)
    this.session.resume(hello.instance, hello.received, (frame) => this.#send(frame))
    this.deps.onChange()
  }

  #handleBye(): void {
    this.#setGone(true)
    this.session.fail(this.#unreachable('left the room'))
    this.deps.onLeft()
  }

  #handleBadFrame(): void {
    this.#badFrames += 1
    if (this.#badFrames > MAX_BAD_FRAMES) this.#link?.close()
  }

  #handleLife(life: Life): void {
    switch (life) {
      case 'heard':
        if (this.#greeted) this.#setGone(false)
        return this.deps.onChange()
      case 'suspected':
        this.deps.onChange()
        // Without a link the dialer is at it already.
        if (this.#link) this.deps.onSilent()
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
    this.#cancelGiveUp()
    if (gone) {
      this.#cancelGiveUp = this.deps.clock.after(UNREACHABLE_AFTER, () =>
        this.session.fail(this.#unreachable(`could not be reached for ${UNREACHABLE_AFTER / 1000} seconds`)),
      )
    }
    this.deps.onChange()
  }

  #unreachable(what: string): RoomError {
    return new RoomError('unreachable', `${this.#name ?? this.deps.id} ${what}.`, { peer: this.deps.id })
  }
}
