/**
 * Stands for the package `readable-stream` in the bundles: just the Duplex that simple-peer extends, which leaves all
 * but the data channel's pace to simple-peer. The package, with the Buffer and the process it expects, would be a
 * seventh of the library. What is written is one message, what arrives is one 'data'; there is no buffer on either
 * side, hence one write at a time: a false from `write` means to wait for 'drain'.
 */
import { Emitter } from '@socket.io/component-emitter'
import { invariant } from '../../runtime/invariant'

type StreamEvents = {
  data: (message: unknown) => void
  drain: () => void
  error: (error: Error) => void
  finish: () => void
}

export type Written = (error?: Error | null) => void

export abstract class Duplex extends Emitter<StreamEvents, StreamEvents> {
  /** simple-peer looks up in these two which side it still has to end. */
  readonly _readableState = { ended: false }
  readonly _writableState = { finished: false }
  #writing = false

  /** simple-peer passes its options, of which the stream needs none; Emitter would make an emitter of them. */
  constructor(_options?: object) {
    super()
  }

  /** simple-peer's: hands the piece to the data channel, and calls back once that holds little enough. */
  abstract _write(piece: Uint8Array, encoding: undefined, written: Written): void

  write(piece: Uint8Array): boolean {
    invariant(!this.#writing, 'a piece was written before the one before it had drained')
    this.#writing = true
    let inside = true
    this._write(piece, undefined, (error) => {
      this.#writing = false
      if (error) this.emit('error', error)
      else if (!inside) this.emit('drain')
    })
    inside = false
    return !this.#writing
  }

  push(message: unknown): void {
    if (message === null) this._readableState.ended = true
    else this.emit('data', message)
  }

  end(): void {
    this._writableState.finished = true
    this.emit('finish')
  }
}
