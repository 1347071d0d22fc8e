/**
 * The port to one connection between this peer and another: whole frames in order, each once, for as
 * long as it is open. What was sent and not acknowledged when it closes is lost here; the session
 * above sends it again. Rules LK1-LK8, held by link-contract.ts for every implementation.
 */
import type { IceServer } from '../../../../signaling-server/src/contract-types'
import type { LinkSignal } from '../protocol/introductions'
import type { Emitter } from '../runtime/emitter'

export type CloseReason =
  /** this side closed it */
  | 'closed'
  /** the other side closed it, or its tab is gone */
  | 'closed-by-peer'
  /** the network under it failed */
  | 'failed'

export type LinkState =
  | { readonly kind: 'dialing' }
  | { readonly kind: 'open' }
  | { readonly kind: 'closed'; readonly reason: CloseReason }

export type LinkEvents = {
  /** to be carried to the other side's `signal` */
  signal: LinkSignal
  /** there are no more candidates to signal; told once or more, and a link that never tells is introduced a moment late */
  gathered: undefined
  open: undefined
  /** a piece of a frame has come: a sign of life, long before a large frame over a slow line is whole */
  activity: undefined
  /** one whole frame, in the order it was sent; never before `open` */
  frame: Uint8Array
  /** what came is no piece of a frame: no honest peer sends it, and the link fails */
  fault: string
  /** once, last, also when the link never opened */
  close: CloseReason
}

export interface Link {
  readonly state: LinkState
  readonly on: Emitter<LinkEvents>['on']
  /** Takes a signal from the other side. Nonsense closes the link. */
  signal(signal: LinkSignal): void
  /**
   * Queues one frame of at most MAX_FRAME_BYTES. On a link that is not open it does nothing: whoever
   * needs the frame delivered waits for an acknowledgement. A link whose queue grows without end fails.
   */
  send(frame: Uint8Array): void
  /** Tells whether the connection under an open link is still there; one that silently went closes now. */
  check(): void
  /** How many bytes wait on this side for the network to take them. */
  readonly queued: number
  /** How many bytes the network has taken from this side so far; it stands still while the other side takes nothing. */
  readonly flushed: number
  /** Closes at once: what still waits here is lost. Closing twice is safe. */
  close(): void
}

export interface LinkOptions {
  /** exactly one of the two sides makes the offer */
  readonly initiator: boolean
  readonly iceServers: readonly IceServer[]
}

export type LinkFactory = (options: LinkOptions) => Link
