/**
 * The connection to one server, from before it is known what is to be said over it: made early, it is there when the rest
 * of a page is. The only importer of socket.io-client. When to try again belongs to whoever speaks over it.
 */
import { Manager, type Socket } from 'socket.io-client'
import type { ClientEvents, ServerEvents } from '../../../../signaling-server/src/contract'
import { type Millis, seconds } from '../runtime/clock'

/** A server that does not answer within this is as good as gone. */
export const REPLY_TIMEOUT: Millis = seconds(5)

export class ServerLine {
  readonly socket: Socket<ServerEvents, ClientEvents>
  #isDialling = false

  constructor(readonly server: string) {
    // Not `io`, which shares connections, and brings what it needs for that.
    const manager = new Manager<ServerEvents, ClientEvents>(server, {
      autoConnect: false,
      transports: ['websocket'],
      timeout: REPLY_TIMEOUT,
      reconnection: false,
    })
    this.socket = manager.socket('/')
    const end = () => {
      this.#isDialling = false
    }
    this.socket.on('connect', end)
    this.socket.on('connect_error', end)
    this.socket.on('disconnect', end)
  }

  /** Connects, unless it is connected or about to be: servers end a connection on which somebody connects twice. */
  dial(): void {
    if (this.socket.connected || this.#isDialling) return
    this.#isDialling = true
    this.socket.connect()
  }

  hangUp(): void {
    this.#isDialling = false
    this.socket.disconnect()
  }
}
