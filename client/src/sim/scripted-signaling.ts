/** A signaling that does what a test says: for what no simulated server would do. */
import type { IceServer } from '../../../signaling-server/src/contract'
import type { Delivery } from '../mesh/link/introducer'
import { Emitter } from '../mesh/runtime/emitter'
import type { Signaling, SignalingEvents, SignalingState } from '../mesh/signaling/signaling'

export class ScriptedSignaling implements Signaling {
  readonly #events = new Emitter<SignalingEvents>()
  readonly on = this.#events.on.bind(this.#events)
  readonly emit = this.#events.emit.bind(this.#events)
  /** what it was asked to do */
  readonly calls: string[] = []
  state: SignalingState = { kind: 'connecting' }
  iceServers: readonly IceServer[] = []

  constructor(
    readonly name: string,
    readonly outcome: Delivery = 'unavailable',
  ) {}

  open(): void {
    this.calls.push('open')
  }

  async deliver(to: string, box: Uint8Array): Promise<Delivery> {
    this.calls.push(`${to} ${box}`)
    return this.outcome
  }

  close(): void {
    this.calls.push('close')
  }

  change(kind: SignalingState['kind']): void {
    if (kind === 'connecting') this.state = { kind }
    else if (kind === 'connected') this.state = { kind, server: this.name }
    else this.state = { kind, reason: `${this.name} is ${kind}` }
    this.emit('state', this.state)
  }
}
