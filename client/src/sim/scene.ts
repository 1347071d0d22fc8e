/** How alice deals with bob, and bob alone: her side is the code that ships, his side of the link is played by hand. */

import { isRecordSigned, signRecord } from '../mesh/identity/member-record'
import { toPeerKey } from '../mesh/identity/peer-key'
import type { Link } from '../mesh/link/link'
import { WATCH_INTERVAL } from '../mesh/link/timing'
import type { RoomError } from '../mesh/protocol/errors'
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type Hello,
  type InboundFrame,
  PROTOCOL_VERSION,
} from '../mesh/protocol/frames'
import { toRoomId } from '../mesh/protocol/ids'
import { RemotePeer } from '../mesh/remote-peer'
import type { Millis } from '../mesh/runtime/clock'
import { Ticker } from '../mesh/runtime/ticker'
import { seededRandom } from './seeded-random'
import { SimNetwork } from './sim-network'
import { simSignatures, simSigner } from './sim-signatures'
import { VirtualClock } from './virtual-clock'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
export const bytes = (words: string) => new TextEncoder().encode(words)

const ROOM = toRoomId(new Uint8Array(16))
const keyOf = (seed: number) => toPeerKey(simSigner(new Uint8Array(32).fill(seed)))
const alicesKey = keyOf(1)
export const bobsKey = keyOf(2)
export const carolsKey = keyOf(3)

/** What somebody says of himself; the later one of two has the greater revision. */
export const recordOf = (name: string, revision = 1, key = bobsKey): Promise<Uint8Array> =>
  signRecord(ROOM, { name, revision }, key)

const ALICES_RECORD = await recordOf('alice', 1, alicesKey)

/** What bob says first. */
export const HELLO: Hello = {
  kind: 'hello',
  version: PROTOCOL_VERSION,
  instance: 'bob 1',
  record: await recordOf('bob'),
  received: undefined,
}

export class Scene {
  readonly clock = new VirtualClock()
  readonly network: SimNetwork
  readonly told: string[] = []
  readonly payloads: string[] = []
  /** what came of a log or as a signal, and when the links began and ended over which it could come */
  readonly unnumbered: string[] = []
  readonly settled: string[] = []
  readonly givenUp: string[] = []
  /** what bob's present link brought him */
  heard: InboundFrame[] = []
  ownRecord = ALICES_RECORD
  /** alice's and bob's ends of the present link */
  links: readonly [Link, Link] | undefined
  readonly bob: RemotePeer

  constructor(line: { readonly rate?: number } = {}) {
    this.network = new SimNetwork({ ...line, clock: this.clock, random: seededRandom(1), jitter: 0 })
    this.bob = new RemotePeer({
      asksFirst: true,
      id: bobsKey.id,
      clock: this.clock,
      watch: new Ticker(this.clock, WATCH_INTERVAL),
      instance: 'alice 1',
      ownRecord: () => this.ownRecord,
      isSigned: (record) => isRecordSigned(ROOM, record, simSignatures),
      onPayload: (payload) => this.payloads.push(text(payload)),
      onLog: (message) => this.unnumbered.push(`log ${text(message)}`),
      onSignal: (signal) => this.unnumbered.push(`signal ${text(signal)}`),
      onLinked: () => this.unnumbered.push('linked'),
      onUnlinked: () => this.unnumbered.push('unlinked'),
      onChange: () => {},
      onLeft: () => this.told.push('left'),
      onGivenUp: (error: RoomError) => this.givenUp.push(error.message),
      onSilent: () => this.told.push('silent'),
      onMisbehaved: (what) => this.told.push(`misbehaved: ${what}`),
      onIncompatible: (error: RoomError) => this.told.push(`${error.reason}: ${error.message}`),
    })
  }

  /** Links the two, with the old link, if any, still open. */
  async link(): Promise<readonly [Link, Link]> {
    const heard: InboundFrame[] = []
    const atAlice = this.network.link('alice', { initiator: true, iceServers: [] })
    const atBob = this.network.link('bob', { initiator: false, iceServers: [] })
    atAlice.on('signal', (signal) => atBob.signal(signal))
    atBob.on('signal', (signal) => atAlice.signal(signal))
    atBob.on('frame', (frame) => {
      const decoded = decodeFrame(frame)
      if (!decoded.ok) throw new Error(decoded.reason)
      heard.push(decoded.value)
    })
    atAlice.on('open', () => this.bob.attach(atAlice))
    atAlice.on('close', () => this.links?.[0] === atAlice && this.bob.detach())
    await this.clock.until(() => atBob.state.kind === 'open', 1000)
    this.heard = heard
    this.links = [atAlice, atBob]
    return this.links
  }

  /** Links the two, and bob says hello. */
  async greet(hello: Partial<Hello> = {}): Promise<readonly [Link, Link]> {
    const links = await this.link()
    await this.says({ ...HELLO, ...hello })
    return links
  }

  /** Bob sends frames, or bytes that are none; they arrive, and so does what alice answers. */
  async says(...frames: (Frame | number[])[]): Promise<void> {
    for (const frame of frames) {
      this.links?.[1].send(Array.isArray(frame) ? Uint8Array.from(frame) : encodeFrame(frame))
    }
    await this.clock.run(50)
  }

  push(words: string): void {
    this.bob.session.push(bytes(words), (error) => this.settled.push(error ? `${words}: ${error.reason}` : words))
  }

  /** Bob gives signs of life for so long. */
  async chat(duration: Millis): Promise<void> {
    for (const end = this.clock.now() + duration; this.clock.now() < end; ) {
      await this.clock.run(Math.min(1000, end - this.clock.now()))
      this.links?.[1].send(encodeFrame({ kind: 'ping', stamp: 0 }))
    }
  }

  get heardPayloads(): readonly string[] {
    return this.heard.flatMap((frame) => (frame.kind === 'data' ? [`${frame.seq} ${text(frame.payload)}`] : []))
  }

  get heardKinds(): readonly string[] {
    return this.heard.map(({ kind }) => kind)
  }
}

/** Bob has said hello. */
export async function greeted(): Promise<Scene> {
  const scene = new Scene()
  await scene.greet()
  return scene
}
