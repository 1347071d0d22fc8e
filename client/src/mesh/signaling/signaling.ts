/**
 * The port to whoever introduces peers to one another. It keeps this peer announced for as long as it
 * can, by itself, and hands opaque boxes on. Rules SI1-SI5.
 */
import type { Address, IceServer } from '../../../../signaling-server/src/contract-types'
import type { Delivery } from '../link/introducer'
import type { Emitter } from '../runtime/emitter'

export type SignalingState =
  | { readonly kind: 'connecting' }
  /** announced at this server: newcomers are told of this peer */
  | { readonly kind: 'connected'; readonly server: string }
  /** it goes on trying; links between peers need no server */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** the server will not have this peer in the room, for now; it goes on trying, slowly */
  | { readonly kind: 'refused'; readonly reason: string }

export type SignalingEvents = {
  state: SignalingState
  /** those whom a server named at the announcement before and neither it nor any other names now; told before the rest */
  unnamed: readonly Address[]
  /** the others in the room, as a server names them at every announcement */
  peers: readonly Address[]
  box: { readonly from: Address; readonly box: Uint8Array }
}

export interface Signaling {
  readonly state: SignalingState
  /** as last named by a server */
  readonly iceServers: readonly IceServer[]
  readonly on: Emitter<SignalingEvents>['on']
  /** Begins; until then nothing is announced and no event fires. */
  open(): void
  /** @returns once the box is handed over, or cannot be */
  deliver(to: Address, box: Uint8Array): Promise<Delivery>
  /** Leaves the room and the server. */
  close(): void
}
