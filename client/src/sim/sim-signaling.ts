/** A simulated signaling server and the port to it: it can be stopped, started and restarted empty-handed. */

import type { Delivery } from '../mesh/link/introducer'
import type { Address } from '../mesh/protocol/ids'
import { Emitter } from '../mesh/runtime/emitter'
import type { Signaling, SignalingEvents, SignalingState } from '../mesh/signaling/signaling'
import type { SimNetwork } from './sim-network'
import { Tab } from './tab'

const RECONNECT_DELAY = 1000

export class SimServer {
  readonly #members = new Map<Address, SimSignaling>()
  readonly #clients = new Set<SimSignaling>()
  #up = true

  constructor(readonly network: SimNetwork) {}

  get up(): boolean {
    return this.#up
  }

  /** Forgets everybody, as a server without a store does. */
  stop(): void {
    this.#up = false
    this.#members.clear()
    for (const client of this.#clients) client.lost()
  }

  start(): void {
    this.#up = true
  }

  connect(client: SimSignaling): void {
    this.#clients.add(client)
  }

  /** A browser that is gone takes its connection with it. */
  disconnect(client: SimSignaling): void {
    this.#clients.delete(client)
    if (this.#members.get(client.self) === client) this.#members.delete(client.self)
  }

  join(client: SimSignaling): readonly Address[] {
    const others = [...this.#members.keys()].filter((peer) => peer !== client.self)
    this.#members.set(client.self, client)
    return others
  }

  find(peer: Address): SimSignaling | undefined {
    return this.#members.get(peer)
  }
}

export class SimSignaling implements Signaling {
  readonly #events = new Emitter<SignalingEvents>()
  #state: SignalingState = { kind: 'connecting' }
  #closed = false
  readonly iceServers = []

  readonly on = this.#events.on.bind(this.#events)

  constructor(
    private readonly server: SimServer,
    private readonly host: string,
    readonly self: Address,
    private readonly tab = new Tab(server.network.clock),
  ) {}

  get state(): SignalingState {
    return this.#state
  }

  open(): void {
    this.server.connect(this)
    this.#later(() => this.#join())
  }

  async deliver(to: Address, box: Uint8Array): Promise<Delivery> {
    await new Promise<void>((done) => this.#later(done))
    if (this.#state.kind !== 'connected' || !this.server.up || this.#isDown) return 'unavailable'
    const addressee = this.server.find(to)
    if (!addressee) return 'not-here'
    addressee.#later(() => addressee.receive({ from: this.self, box: box.slice() }))
    return 'delivered'
  }

  close(): void {
    this.#closed = true
    this.server.disconnect(this)
    this.#events.clear()
  }

  lost(): void {
    if (!this.tab.isRunning) return void this.tab.after(0, () => this.lost())
    this.#change({ kind: 'unreachable', reason: 'The connection to the server was lost.' })
    this.#retry()
  }

  #retry(): void {
    this.tab.after(RECONNECT_DELAY + this.server.network.delay(), () => this.#join())
  }

  #join(): void {
    if (this.#closed) return
    if (!this.server.up || this.#isDown) return this.#retry()
    const others = this.server.join(this)
    this.#change({ kind: 'connected', server: 'sim' })
    this.#events.emit('peers', others)
  }

  /** Takes what a server brings, which may lie about where it is from. */
  receive(delivery: { readonly from: Address; readonly box: Uint8Array }): void {
    if (!this.#isDown) this.#events.emit('box', delivery)
  }

  get #isDown(): boolean {
    return !this.tab.isRunning || this.server.network.isDown(this.host)
  }

  #later(task: () => void): void {
    this.tab.after(this.server.network.delay(), task)
  }

  #change(state: SignalingState): void {
    this.#state = state
    this.#events.emit('state', state)
  }
}
