/**
 * Honest clients as they are in browsers, real socket.io-client over WebSocket, in one room and one process: they
 * signal to one another at a quiet pace, and every signal is timed from the sender to the addressee.
 */
import { io, type Socket } from 'socket.io-client'

/** What an introduction has: a session description and what seals it. */
const BOX_BYTES = 1500
/** Each signals five times a second: a room that somebody enters now and then. */
const PAUSE_MS = 200

interface Arrival {
  /** milliseconds from the beginning of the measurement to when it was sent */
  readonly sentAt: number
  /** milliseconds from the sender to the addressee */
  readonly took: number
}

export interface Times {
  readonly sent: number
  /** those that arrived */
  readonly arrivals: readonly Arrival[]
}

interface Member {
  readonly socket: Socket
  readonly peer: string
}

export class Crowd {
  /** by the number in the box, when it was sent */
  private readonly underWay = new Map<number, number>()
  private arrivals: Arrival[] = []
  private startedAt = 0
  private sent = 0

  private constructor(
    readonly room: string,
    private readonly members: readonly Member[],
  ) {
    for (const { socket } of members) {
      socket.on('signal', ({ box }: { box: Uint8Array }) => this.arrived(Buffer.from(box)))
    }
  }

  static async connect(url: string, size: number): Promise<Crowd> {
    const room = randomId()
    const members = Array.from({ length: size }, () => ({
      socket: io(url, { transports: ['websocket'], forceNew: true, reconnection: false }),
      peer: randomId(),
    }))
    await Promise.all(members.map((member) => enter(room, member)))
    return new Crowd(room, members)
  }

  /**
   * Goes on for that long, and waits a moment for what is still under way.
   * @param pause milliseconds between the signals of one client
   */
  async introduce(seconds: number, pause = PAUSE_MS): Promise<Times> {
    this.arrivals = []
    this.sent = 0
    this.underWay.clear()
    const every = pause / this.members.length
    this.startedAt = performance.now()
    await new Promise<void>((resolve) => {
      const tick = () => {
        const elapsed = performance.now() - this.startedAt
        if (elapsed >= seconds * 1000) return setTimeout(resolve, 1000)
        // A timer that comes late makes up for it, so that the pace stays the same under load.
        while (this.sent * every < elapsed) this.sendNext()
        return setTimeout(tick, every)
      }
      tick()
    })
    return { sent: this.sent, arrivals: this.arrivals }
  }

  close(): void {
    for (const { socket } of this.members) socket.close()
  }

  private sendNext(): void {
    const number = this.sent++
    const from = this.members[number % this.members.length]
    const step = 1 + Math.floor(Math.random() * (this.members.length - 1))
    const to = this.members[(number + step) % this.members.length]
    if (from === undefined || to === undefined) throw new Error('nobody is here')
    const box = Buffer.alloc(BOX_BYTES)
    box.writeUInt32BE(MARK, 0)
    box.writeUInt32BE(number, 4)
    this.underWay.set(number, performance.now())
    from.socket.emit('signal', { room: this.room, to: to.peer, box }, () => {})
  }

  private arrived(box: Buffer): void {
    if (box.byteLength !== BOX_BYTES || box.readUInt32BE(0) !== MARK) return
    const number = box.readUInt32BE(4)
    const sentAt = this.underWay.get(number)
    if (sentAt === undefined) return
    this.underWay.delete(number)
    this.arrivals.push({ sentAt: sentAt - this.startedAt, took: performance.now() - sentAt })
  }
}

async function enter(room: string, { socket, peer }: Member): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  const reply: { ok: boolean } = await socket.emitWithAck('join', { v: 1, room, peer, token: randomId() })
  if (!reply.ok) throw new Error('an honest client was not let in')
}

/** What the boxes of the honest ones begin with. */
const MARK = 0x5374_6172

function randomId(): string {
  return Buffer.from(Array.from({ length: 16 }, () => Math.floor(Math.random() * 256))).toString('base64url')
}
