/**
 * The real link: one simple-peer connection with one negotiated, ordered, reliable data channel. The
 * only importer of simple-peer. Pieces go out through its stream, which pauses while the channel holds
 * more than 64 KiB, so that a large frame never fills the browser's buffer. Rules LK1-LK9.
 */
import SimplePeer from 'simple-peer'
import type { LinkSignal } from '../protocol/introductions'
import { MAX_FRAME_BYTES, MAX_QUEUED_BYTES } from '../protocol/limits'
import { bad } from '../protocol/result'
import { Emitter } from '../runtime/emitter'
import { invariant } from '../runtime/invariant'
import { fragments, Reassembler } from './fragments'
import type { CloseReason, Link, LinkEvents, LinkOptions, LinkState } from './link'

export const webRtcSupported = (): boolean => SimplePeer.WEBRTC_SUPPORT

export class WebRtcLink implements Link {
  readonly #events = new Emitter<LinkEvents>()
  readonly #peer: SimplePeer.Instance
  readonly #reassembler = new Reassembler()
  readonly #queue: Uint8Array[] = []
  #queuedBytes = 0
  #writtenBytes = 0
  #state: LinkState = { kind: 'dialing' }
  /** simple-peer has told of the connection; a frame can arrive before that. */
  #connected = false
  #paused = false
  #failed = false

  readonly on = this.#events.on.bind(this.#events)

  constructor(options: LinkOptions) {
    this.#peer = new SimplePeer({
      initiator: options.initiator,
      objectMode: true,
      channelConfig: { negotiated: true, id: 0 },
      config: { iceServers: [...options.iceServers] },
      wrtc: { RTCPeerConnection: findUnmeasured(), RTCSessionDescription, RTCIceCandidate },
    })
    this.#peer.on('signal', (signal) => this.#handleSignal(signal))
    // Not in its documentation; without it candidates are told of a little later.
    this.#peer.on('iceStateChange', (_connection: RTCIceConnectionState, gathering: RTCIceGatheringState) => {
      if (gathering === 'complete') this.#events.emit('gathered', undefined)
    })
    this.#peer.on('connect', () => {
      this.#connected = true
      this.#handleOpen()
    })
    this.#peer.on('data', (fragment: unknown) => this.#handleFragment(fragment))
    this.#peer.on('drain', () => {
      this.#paused = false
      this.#pump()
    })
    // simple-peer reports a remote abort as an error too; `close` always follows.
    this.#peer.on('error', (error: Error & { code?: string }) => {
      this.#failed = error.code !== 'ERR_DATA_CHANNEL'
    })
    this.#peer.on('close', () => this.#finish(this.#failed ? 'failed' : 'closed-by-peer'))
  }

  get state(): LinkState {
    return this.#state
  }

  get queued(): number {
    return this.#queuedBytes + this.#peer.bufferSize
  }

  get flushed(): number {
    return this.#writtenBytes - this.#peer.bufferSize
  }

  signal(signal: LinkSignal): void {
    if (this.#state.kind === 'closed') return
    try {
      this.#peer.signal(toSimplePeer(signal))
    } catch {
      this.#fail()
    }
  }

  send(frame: Uint8Array): void {
    invariant(frame.length <= MAX_FRAME_BYTES, 'a frame beyond the limit reached a link')
    if (this.#state.kind !== 'open') return
    if (this.#queuedBytes > MAX_QUEUED_BYTES) return this.#fail()
    for (const fragment of fragments(frame)) {
      this.#queue.push(fragment)
      this.#queuedBytes += fragment.length
    }
    this.#pump()
  }

  check(): void {
    if (this.#state.kind === 'open' && this.#connected && !this.#peer.connected) this.#fail()
  }

  close(): void {
    this.#peer.destroy()
    this.#finish('closed')
  }

  #pump(): void {
    while (!this.#paused && this.#state.kind === 'open') {
      const fragment = this.#queue.shift()
      if (!fragment) return
      this.#queuedBytes -= fragment.length
      this.#writtenBytes += fragment.length
      this.#paused = !this.#peer.write(fragment)
    }
  }

  #handleSignal(signal: SimplePeer.SignalData): void {
    const own = fromSimplePeer(signal)
    if (own) this.#events.emit('signal', own)
  }

  #handleOpen(): void {
    if (this.#state.kind !== 'dialing') return
    this.#state = { kind: 'open' }
    this.#events.emit('open', undefined)
  }

  #handleFragment(fragment: unknown): void {
    this.#handleOpen()
    if (this.#state.kind !== 'open') return
    const frame = fragment instanceof Uint8Array ? this.#reassembler.push(fragment) : bad('the fragment is no bytes')
    if (!frame.ok) {
      this.#events.emit('fault', frame.reason)
      return this.#fail()
    }
    this.#events.emit('activity', undefined)
    if (frame.value) this.#events.emit('frame', frame.value)
  }

  #fail(): void {
    this.#failed = true
    this.#peer.destroy()
    this.#finish('failed')
  }

  #finish(reason: CloseReason): void {
    if (this.#state.kind === 'closed') return
    this.#state = { kind: 'closed', reason }
    this.#queue.length = 0
    this.#queuedBytes = 0
    this.#events.emit('close', reason)
    this.#events.clear()
  }
}

let Unmeasured: typeof RTCPeerConnection | undefined

/**
 * simple-peer tells that it is connected once the statistics name the two addresses between which it is, and asks for them
 * every 100 ms until they do. Nobody here reads the addresses, so it gets a pair at once.
 * @returns the connections that links are made of; not made before the first link, since Node has none
 */
function findUnmeasured(): typeof RTCPeerConnection {
  Unmeasured ??= class extends RTCPeerConnection {
    override async getStats(): Promise<RTCStatsReport> {
      return new Map([['pair', { id: 'pair', type: 'candidate-pair', selected: true }]])
    }
  }
  return Unmeasured
}

function toSimplePeer(signal: LinkSignal): SimplePeer.SignalData {
  if (signal.kind !== 'candidate') return { type: signal.kind, sdp: signal.sdp }
  const { candidate, sdpMid, sdpMLineIndex } = signal
  return { type: 'candidate', candidate: new RTCIceCandidate({ candidate, sdpMid, sdpMLineIndex }) }
}

/** @returns undefined for what no link here needs: media negotiation, the end of candidates, and those that nobody can call */
function fromSimplePeer(signal: SimplePeer.SignalData): LinkSignal | undefined {
  if ((signal.type === 'offer' || signal.type === 'answer') && signal.sdp) return { kind: signal.type, sdp: signal.sdp }
  if (signal.type !== 'candidate' || !signal.candidate.candidate) return undefined
  const { candidate, sdpMid, sdpMLineIndex } = signal.candidate
  // Nobody can call one that only calls, and whomever it calls sees from where (RFC 6544).
  if (/ tcptype active\b/.test(candidate)) return undefined
  return { kind: 'candidate', candidate, sdpMid, sdpMLineIndex }
}
