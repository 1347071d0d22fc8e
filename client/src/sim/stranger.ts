/** Somebody in a simulated room whose frames a test writes by hand: what no honest peer would say. */
import { Dialer } from '../mesh/link/dialer'
import type { Link } from '../mesh/link/link'
import { decodeFrame, encodeFrame, type Frame, type Hello, type InboundFrame } from '../mesh/protocol/frames'
import { peerId } from './people'
import type { Sim } from './sim'
import { SimSignaling } from './sim-signaling'

const HELLO: Hello = { kind: 'hello', version: 1, instance: 'run', name: 'mallory', received: undefined }

/** Calls everyone who is there, and says hello. */
export class Stranger {
  readonly id
  readonly heard: InboundFrame[] = []
  /** does not answer calls */
  deaf = false
  readonly #links: Link[] = []

  constructor(sim: Sim, name: string, hello: Partial<Hello> = {}) {
    const { clock, random, network, server } = sim
    this.id = peerId(name)
    const signaling = new SimSignaling(server, name, this.id)
    const goBetween = { available: true, iceServers: [], deliver: signaling.deliver.bind(signaling) }
    const links = (options: Parameters<typeof network.link>[1]) => network.link(name, options)
    const dialer = new Dialer({ self: this.id, clock, random, links, goBetween })
    dialer.on('link', ({ link }) => {
      this.#links.push(link)
      link.send(encodeFrame({ ...HELLO, name, ...hello }))
      link.on('frame', (bytes) => {
        const frame = decodeFrame(bytes)
        if (frame.ok) this.heard.push(frame.value)
      })
    })
    signaling.on('peers', (peers) => {
      // Strangers leave one another alone.
      for (const peer of peers) if (sim.peers.some(({ id }) => id === peer)) dialer.want(peer)
    })
    signaling.on('box', ({ from, box }) => this.deaf || dialer.receive(from, box))
    signaling.open()
  }

  get linked(): boolean {
    return this.#links.some((link) => link.state.kind === 'open')
  }

  says(frame: Frame): void {
    for (const link of this.#links) link.send(encodeFrame(frame))
  }
}
