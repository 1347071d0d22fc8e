/**
 * Somebody in a simulated room whose introductions and frames a test writes by hand: what no honest peer would say. It
 * holds the room's key, as any member does, and a key of its own.
 */
import { signRecord } from '../mesh/identity/member-record'
import type { PeerKey } from '../mesh/identity/peer-key'
import { Sealer } from '../mesh/identity/sealer'
import { Dialer } from '../mesh/link/dialer'
import { Introducer } from '../mesh/link/introducer'
import type { Link } from '../mesh/link/link'
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type Hello,
  type InboundFrame,
  PROTOCOL_VERSION,
} from '../mesh/protocol/frames'
import { type Address, newAddress, type PeerId } from '../mesh/protocol/ids'
import { decodePayload, encodePayload, type Payload } from '../mesh/protocol/payloads'
import type { Sim } from './sim'
import { SimSignaling } from './sim-signaling'

export interface StrangerOptions {
  readonly hello?: Partial<Hello>
  /** says no hello */
  readonly isMute?: boolean
  /** else one of its own */
  readonly key?: PeerKey
  /** calls nobody */
  readonly isQuiet?: boolean
}

/** Calls everyone who is there, and says hello. */
export class Stranger {
  readonly key: PeerKey
  readonly address: Address
  readonly sealer: Sealer
  readonly signaling: SimSignaling
  readonly heard: InboundFrame[] = []
  /** does not answer calls */
  deaf = false
  readonly #links: Link[] = []
  readonly #hello: Promise<Hello>
  #seq = 0

  constructor(sim: Sim, name: string, { hello, key, isQuiet = false, isMute = false }: StrangerOptions = {}) {
    const { clock, random, network, server } = sim
    const { id: room, sealing } = sim.room.keys
    this.key = key ?? sim.newProfile().key
    this.address = newAddress(random)
    this.signaling = new SimSignaling(server, name, this.address)
    const self = this.address
    this.sealer = new Sealer({
      room,
      sealingKey: sealing,
      address: self,
      key: this.key,
      signatures: sim.signatures,
      random,
    })
    const introducer = new Introducer({
      self: this.key.id,
      clock,
      random,
      sealer: this.sealer,
      deliver: (to, box) => this.signaling.deliver(to, box),
      objection: () => undefined,
    })
    const goBetween = { available: true, iceServers: [], introduce: introducer.introduce.bind(introducer) }
    const dialer = new Dialer({ self, clock, random, links: (options) => network.link(name, options), goBetween })
    introducer.on('introduction', ({ address, peer, introduction }) => dialer.receive(address, peer, introduction))
    this.#hello = signRecord(room, { name, revision: 1 }, this.key).then((record) => ({
      kind: 'hello',
      version: PROTOCOL_VERSION,
      instance: 'run',
      record,
      received: undefined,
      ...hello,
    }))
    dialer.on('link', async ({ link }) => {
      this.#links.push(link)
      const greeting = encodeFrame(await this.#hello)
      if (!isMute) link.send(greeting)
      link.on('frame', (bytes) => {
        const frame = decodeFrame(bytes)
        if (frame.ok) this.heard.push(frame.value)
      })
    })
    this.signaling.on('peers', (addresses) => {
      // Strangers leave one another alone.
      const honest = addresses.filter((address) => sim.peers.some((peer) => peer.address === address))
      if (!isQuiet) for (const address of honest) dialer.want(address)
    })
    this.signaling.on('box', ({ from, box }) => this.deaf || void introducer.receive(from, box))
    this.signaling.open()
  }

  get id(): PeerId {
    return this.key.id
  }

  get linked(): boolean {
    return this.#links.some((link) => link.state.kind === 'open')
  }

  /** What she was asked and told, as she has heard it, in order. */
  get heardPayloads(): readonly Payload[] {
    return this.heard.flatMap((frame) => {
      const payload = frame.kind === 'data' ? decodePayload(frame.payload) : undefined
      return payload?.ok ? [payload.value] : []
    })
  }

  /** Says hello, though she has said it before. */
  async greets(): Promise<void> {
    this.says(await this.#hello)
  }

  /** Says payloads, numbered on from the last one. */
  tells(...payloads: readonly (Payload | Uint8Array)[]): void {
    for (const payload of payloads) {
      const bytes = payload instanceof Uint8Array ? payload : encodePayload(payload)
      this.says({ kind: 'data', seq: ++this.#seq, payload: bytes })
    }
  }

  says(frame: Frame): void {
    this.saysBytes(encodeFrame(frame))
  }

  saysBytes(bytes: Uint8Array): void {
    for (const link of this.#links) link.send(bytes)
  }
}
