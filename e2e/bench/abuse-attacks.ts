/**
 * One abusive client: opens connections and opens them again as soon as they end, and does its worst on each, as fast
 * as the sockets take it. Speaks below Socket.IO's library, which would only slow it down.
 */
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Kind, Order, Outcome } from './abuse-kinds'

/** Connections at once. A storm needs more, since each of its own is busy opening most of the time. */
const SIDE_BY_SIDE: Readonly<Record<Kind, number>> = {
  garbage: 4,
  signals: 4,
  oversized: 4,
  pings: 4,
  storm: 64,
  crowd: 400,
}

/** What the sockets hold at most before the abuser waits for them: more would only fill its own memory. */
const BUFFERED_BYTES = 256 * 1024
const BATCH = 50
const BOX = Buffer.alloc(1500, 1)
/** One byte more than the contract allows: refused in words. */
const LARGE_BOX = Buffer.alloc(16 * 1024 + 1, 1)
/** More than a message may have: never read. */
const HUGE_MESSAGE = Buffer.alloc(64 * 1024, 1)
/** In a crowd each stays within what one connection may do in the long run. */
const CROWD_PAUSE_MS = 100
const CROWD_BATCH = 19

/** Another address than the honest ones have, where a machine has a whole network of its own to choose from. */
const LOCAL_ADDRESS = process.platform === 'linux' ? { localAddress: '127.0.0.2' } : {}

export class Abuser {
  private readonly startedAt = performance.now()
  private readonly endsAt: number
  private readonly met: Record<string, number> = {}
  private tries = 0
  private opened = 0
  private messages = 0
  private cutOffMs: number | undefined
  private shutOutMs: number | undefined

  constructor(private readonly order: Order) {
    this.endsAt = this.startedAt + order.seconds * 1000
  }

  async run(): Promise<Outcome> {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE[this.order.kind] }, () => this.comeAgain()))
    const { tries, opened, messages, met, cutOffMs, shutOutMs } = this
    return { tries, opened, messages, met, cutOffMs, shutOutMs }
  }

  private async comeAgain(): Promise<void> {
    while (this.goesOn()) await this.connect()
  }

  private goesOn(): boolean {
    return performance.now() < this.endsAt
  }

  private meet(what: string): void {
    this.met[what] = (this.met[what] ?? 0) + 1
  }

  /** @returns when the connection has ended */
  private connect(): Promise<void> {
    this.tries++
    const address = `${this.order.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`
    const socket = new WebSocket(address, LOCAL_ADDRESS)
    let failure: string | undefined
    socket.on('unexpected-response', (request, response: IncomingMessage) => {
      this.shutOutMs ??= performance.now() - this.startedAt
      failure = `refused with ${response.statusCode}`
      request.destroy()
      // What ws does when nobody listens to this event.
      socket.terminate()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      failure ??= error.code ?? 'error'
    })
    let saidAt: number | undefined
    socket.once('open', () => {
      this.opened++
      saidAt = performance.now()
      this.abuse(socket).catch((error: unknown) => this.meet(String(error)))
    })
    const ending = setTimeout(() => socket.terminate(), this.endsAt - performance.now())
    return new Promise((resolve) => {
      socket.once('close', (code) => {
        clearTimeout(ending)
        if (this.goesOn() && this.order.kind !== 'storm') {
          if (saidAt !== undefined) this.cutOffMs ??= performance.now() - saidAt
          this.meet(failure ?? `ended with ${code}`)
        } else if (failure !== undefined) this.meet(failure)
        resolve()
      })
    })
  }

  private async abuse(socket: WebSocket): Promise<void> {
    switch (this.order.kind) {
      case 'storm':
        socket.terminate()
        return
      case 'pings':
        return this.pump(socket, () => socket.ping())
      case 'garbage':
        await enter(socket)
        return this.pump(socket, (id) => socket.send(`42${id}["shout",{"what":[[[["hey"]]]],"__proto__":1}]`))
      case 'oversized':
        await enter(socket)
        if (this.opened % 2 === 0) return this.pump(socket, () => socket.send(HUGE_MESSAGE))
        return this.pump(socket, (id) => sendSignal(socket, id, this.order.room, 'x'.repeat(22), LARGE_BOX))
      case 'signals': {
        const peers = await join(socket, this.order.room)
        return this.pump(socket, (id) => {
          sendSignal(socket, id, this.order.room, peers[id % peers.length] ?? '', BOX)
        })
      }
      case 'crowd': {
        const peers = await join(socket, this.order.room)
        while (socket.readyState === WebSocket.OPEN && this.goesOn()) {
          for (let id = 0; id < CROWD_BATCH; id++) {
            this.messages++
            // A room that is full is no broken rule, so those who are not let in can ask without end.
            if (peers.length === 0) socket.send(joinPacket(id, this.order.room))
            else sendSignal(socket, id, this.order.room, peers[this.messages % peers.length] ?? '', BOX)
          }
          await sleep(CROWD_PAUSE_MS)
        }
      }
    }
  }

  private async pump(socket: WebSocket, send: (id: number) => void): Promise<void> {
    for (let id = 0; socket.readyState === WebSocket.OPEN && this.goesOn(); ) {
      for (let i = 0; i < BATCH; i++) {
        send(id++)
        this.messages++
      }
      do await new Promise((resolve) => setImmediate(resolve))
      while (socket.bufferedAmount > BUFFERED_BYTES && socket.readyState === WebSocket.OPEN)
    }
  }
}

function randomId(): string {
  return Buffer.from(Array.from({ length: 16 }, () => Math.floor(Math.random() * 256))).toString('base64url')
}

function joinPacket(id: number, room: string): string {
  return `42${id}${JSON.stringify(['join', { v: 1, room, peer: randomId(), token: randomId() }])}`
}

function sendSignal(socket: WebSocket, id: number, room: string, to: string, box: Uint8Array): void {
  const box_ = { _placeholder: true, num: 0 }
  socket.send(`451-${id}${JSON.stringify(['signal', { room, to, box: box_ }])}`)
  socket.send(box)
}

/** Goes through Socket.IO's handshake: what comes before its end would end the connection. */
async function enter(socket: WebSocket): Promise<void> {
  socket.send('40')
  await next(socket, '40')
}

/** @returns who is there; nobody when there was no room left */
async function join(socket: WebSocket, room: string): Promise<readonly string[]> {
  await enter(socket)
  socket.send(joinPacket(0, room))
  const answer = await next(socket, '430')
  if (answer === undefined) return []
  const [reply] = JSON.parse(answer) as [{ peers?: string[] }]
  return reply.peers ?? []
}

/** @returns what follows that beginning, or undefined when the connection ends before */
function next(socket: WebSocket, beginning: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const listen = (data: unknown) => {
      const text = String(data)
      if (!text.startsWith(beginning)) return
      socket.off('message', listen)
      resolve(text.slice(beginning.length))
    }
    socket.on('message', listen)
    socket.once('close', () => resolve(undefined))
  })
}
