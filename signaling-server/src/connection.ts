/**
 * What is watched on a raw connection, below Socket.IO's events: how many messages come in, whatever they are, and
 * how many bytes wait to go out. Uses only the events that Engine.IO documents. Rules SG7 and SG8.
 */
import type { EventEmitter } from 'node:events'
import type { Limits } from './limits'
import { TokenBucket } from './rate'

interface Connection extends EventEmitter {
  close(discard?: boolean): void
}

/**
 * Ends a connection that floods us below the level of requests (handshakes for namespaces that do not exist,
 * acknowledgements of nothing), where no refusal could be sent.
 * @param cutOff told once, when that happens
 */
export function limitRawMessages(
  connection: Connection,
  { limits, now, cutOff }: { readonly limits: Limits; readonly now: () => number; readonly cutOff: () => void },
): void {
  const bucket = new TokenBucket({ burst: limits.rawMessageBurst, perSecond: limits.rawMessagesPerSecond }, now)
  connection.on('packet', function count() {
    if (bucket.take()) return
    connection.off('packet', count)
    connection.close(true)
    cutOff()
  })
}

/** Counts the bytes that wait because the other side, or the line to it, does not take them. */
export class Backlog {
  private waiting = 0

  constructor(connection: EventEmitter) {
    connection.on('packetCreate', (packet: { readonly data?: string | Uint8Array }) => {
      this.waiting += packet.data?.length ?? 0
    })
    // Engine.IO hands everything on at once, but only after the batch before it has left for the network.
    connection.on('flush', () => {
      this.waiting = 0
    })
  }

  get bytes(): number {
    return this.waiting
  }
}
