/**
 * The bare things that Starling is measured against, as they run inside a page: simple-peer and Socket.IO put together
 * in the plainest way, over the same server, and a data channel with nothing around it.
 */
import SimplePeer from 'simple-peer/simplepeer.min.js'
import { io } from 'socket.io-client'
import type { SignalDelivery } from '../../signaling-server/src/contract'

/** One page's connections to all the others, and what came over them. */
interface BareRoom {
  /** Writes to every connection in a plain loop. */
  send(bytes: Uint8Array): void
  /** when the message with each number arrived, in ms since 1970; the number is its first four bytes */
  readonly arrivals: readonly number[]
}

/** @returns once this page has an open connection to each of `others` peers of the room */
async function joinBare(room: string, peer: string, others: number): Promise<BareRoom> {
  const socket = io({ transports: ['websocket'] })
  const connections = new Map<string, SimplePeer.Instance>()
  const arrivals: number[] = []
  let open = 0
  const meshed = new Promise<void>((resolve) => {
    const connect = (to: string, initiator: boolean): SimplePeer.Instance => {
      const connection = new SimplePeer({ initiator, config: { iceServers: [] } })
      connections.set(to, connection)
      connection.on('signal', (signal) => {
        const box = new TextEncoder().encode(JSON.stringify(signal))
        socket.emit('signal', { room, to, box }, () => {})
      })
      connection.on('data', (bytes: Uint8Array) => {
        arrivals[new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)] = performance.timeOrigin + performance.now()
      })
      connection.on('connect', () => {
        open += 1
        if (open === others) resolve()
      })
      return connection
    }
    socket.on('signal', ({ from, box }: SignalDelivery) => {
      const connection = connections.get(from) ?? connect(from, false)
      connection.signal(JSON.parse(new TextDecoder().decode(box)))
    })
    socket.emit('join', { v: 1, room, peer, token: peer }, (reply: { peers: string[] }) => {
      for (const to of reply.peers) connect(to, true)
    })
  })
  await meshed
  return {
    send: (bytes) => {
      for (const connection of connections.values()) connection.send(bytes)
    },
    arrivals,
  }
}

/** One end of a data channel; descriptions are carried by hand, complete with their candidates. */
class BareChannel {
  readonly #connection = new RTCPeerConnection()
  readonly #channel = this.#connection.createDataChannel('bare', { negotiated: true, id: 0 })

  constructor() {
    this.#channel.binaryType = 'arraybuffer'
  }

  async offer(): Promise<string> {
    await this.#connection.setLocalDescription(await this.#connection.createOffer())
    return this.#gathered()
  }

  async answer(offer: string): Promise<string> {
    await this.#connection.setRemoteDescription({ type: 'offer', sdp: offer })
    await this.#connection.setLocalDescription(await this.#connection.createAnswer())
    return this.#gathered()
  }

  async accept(answer: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: answer })
  }

  async opened(): Promise<void> {
    if (this.#channel.readyState === 'open') return
    await new Promise((resolve) => this.#channel.addEventListener('open', resolve, { once: true }))
  }

  echo(): void {
    this.#channel.onmessage = ({ data }) => this.#channel.send(data)
  }

  /** @returns the time from sending `bytes` bytes until they came back, in ms */
  async roundTrip(bytes: number): Promise<number> {
    const start = performance.now()
    await new Promise((resolve) => {
      this.#channel.onmessage = resolve
      this.#channel.send(new Uint8Array(bytes))
    })
    return performance.now() - start
  }

  async #gathered(): Promise<string> {
    const connection = this.#connection
    while (connection.iceGatheringState !== 'complete') {
      await new Promise((resolve) => connection.addEventListener('icegatheringstatechange', resolve, { once: true }))
    }
    return connection.localDescription?.sdp ?? ''
  }
}

const bare = { joinBare, BareChannel }
export type Bare = typeof bare

declare global {
  interface Window {
    bare: Bare
    bareRoom: BareRoom
  }
}
window.bare = bare
