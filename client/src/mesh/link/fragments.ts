/**
 * Cuts frames into pieces that every browser carries, and joins them again. A channel is ordered and
 * reliable, so a piece needs one byte: whether more of its frame follows. Rule LK9.
 */
import { MAX_FRAGMENT_BYTES, MAX_FRAME_BYTES, MIN_FRAGMENT_BYTES } from '../protocol/limits'
import { bad, ok, type Result } from '../protocol/result'

const LAST = 0
const MORE = 1
const CONTENT_BYTES = MAX_FRAGMENT_BYTES - 1

export function* fragments(frame: Uint8Array): Generator<Uint8Array> {
  let offset = 0
  do {
    const content = frame.subarray(offset, offset + CONTENT_BYTES)
    offset += content.length
    const fragment = new Uint8Array(1 + content.length)
    fragment[0] = offset < frame.length ? MORE : LAST
    fragment.set(content, 1)
    yield fragment
  } while (offset < frame.length)
}

export class Reassembler {
  #parts: Uint8Array[] = []
  #bytes = 0

  /** @returns the frame that this fragment completes, or undefined when more are to come */
  push(fragment: Uint8Array): Result<Uint8Array | undefined> {
    const flag = fragment[0]
    if (flag !== LAST && flag !== MORE) return bad('the fragment has no valid flag')
    const content = fragment.subarray(1)
    if (content.length === 0) return bad('the fragment is empty')
    if (flag === MORE && content.length < MIN_FRAGMENT_BYTES) return bad('the fragment is too small for one of several')
    if (this.#bytes + content.length > MAX_FRAME_BYTES) return bad(`the frame is larger than ${MAX_FRAME_BYTES} bytes`)
    if (flag === LAST && this.#parts.length === 0) return ok(content)
    this.#parts.push(content)
    this.#bytes += content.length
    if (flag === MORE) return ok(undefined)
    return ok(this.#join())
  }

  #join(): Uint8Array {
    const frame = new Uint8Array(this.#bytes)
    let offset = 0
    for (const part of this.#parts) {
      frame.set(part, offset)
      offset += part.length
    }
    this.#parts = []
    this.#bytes = 0
    return frame
  }
}
