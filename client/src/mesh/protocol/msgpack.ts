/**
 * The one door for MessagePack from others. The bytes are walked before they are decoded, because a
 * decoder allocates what a header claims: five bytes can claim four billion elements, and again inside
 * each. Whatever passes the walk is complete, shallow enough and made of JSON-like values and bytes
 * alone. Rules FR3-FR4.
 */
import { Decoder, Encoder } from '@msgpack/msgpack'
import type { Data } from './data'
import { MAX_DATA_DEPTH } from './limits'
import { bad, ok, type Result } from './result'

/** A payload is an array of its parts, so the data in it starts one level down. */
const MAX_DEPTH = MAX_DATA_DEPTH + 2

const encoder = new Encoder({ maxDepth: MAX_DEPTH + 1 })
const decoder = new Decoder()

export const encodeMsgpack = (value: Data): Uint8Array => encoder.encode(value)

export function decodeMsgpack(bytes: Uint8Array): Result<unknown> {
  const fault = findFault(bytes)
  if (fault) return bad(fault)
  try {
    return ok(decoder.decode(bytes))
  } catch (error) {
    return bad(error instanceof Error ? error.message : 'undecodable')
  }
}

/** How many bytes of length or value follow each type byte from 0xc0 on (MessagePack specification, 'Formats'). */
const FORMATS: readonly (
  | { kind: 'fixed'; bytes: number }
  | { kind: 'bytes' | 'text' | 'array' | 'map'; lengthBytes: 1 | 2 | 4 }
  | undefined
)[] = [
  { kind: 'fixed', bytes: 0 }, // nil
  undefined, // never used
  { kind: 'fixed', bytes: 0 }, // false
  { kind: 'fixed', bytes: 0 }, // true
  { kind: 'bytes', lengthBytes: 1 },
  { kind: 'bytes', lengthBytes: 2 },
  { kind: 'bytes', lengthBytes: 4 },
  undefined, // extensions: nothing we send needs one
  undefined,
  undefined,
  { kind: 'fixed', bytes: 4 }, // float 32
  { kind: 'fixed', bytes: 8 }, // float 64
  { kind: 'fixed', bytes: 1 }, // unsigned integers
  { kind: 'fixed', bytes: 2 },
  { kind: 'fixed', bytes: 4 },
  { kind: 'fixed', bytes: 8 },
  { kind: 'fixed', bytes: 1 }, // signed integers
  { kind: 'fixed', bytes: 2 },
  { kind: 'fixed', bytes: 4 },
  { kind: 'fixed', bytes: 8 },
  undefined, // fixed-size extensions
  undefined,
  undefined,
  undefined,
  undefined,
  { kind: 'text', lengthBytes: 1 },
  { kind: 'text', lengthBytes: 2 },
  { kind: 'text', lengthBytes: 4 },
  { kind: 'array', lengthBytes: 2 },
  { kind: 'array', lengthBytes: 4 },
  { kind: 'map', lengthBytes: 2 },
  { kind: 'map', lengthBytes: 4 },
]

/** An array or map whose elements are still being walked. */
interface Open {
  readonly kind: 'array' | 'map'
  /** Elements to come; a map's keys and values count one each, keys first. */
  remaining: number
}

/** @returns what is wrong with the bytes, or undefined when they hold exactly one acceptable value */
function findFault(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const open: Open[] = []
  let offset = 0
  do {
    if (offset >= bytes.length) return 'truncated'
    const parent = open.at(-1)
    const isKey = parent?.kind === 'map' && parent.remaining % 2 === 0
    if (parent) parent.remaining -= 1
    const head = readHead(view, offset)
    if (typeof head === 'string') return head
    if (isKey && head.kind !== 'text') return 'a key is not text'
    offset = head.end
    if (head.kind === 'array' || head.kind === 'map') {
      open.push({ kind: head.kind, remaining: head.kind === 'map' ? head.length * 2 : head.length })
      if (open.length > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`
      // Every element takes a byte at least, so a larger claim is a lie.
      if (head.length > bytes.length - offset) return 'truncated'
    } else {
      offset += head.length
    }
    while (open.at(-1)?.remaining === 0) open.pop()
  } while (open.length > 0)
  if (offset > bytes.length) return 'truncated'
  return offset === bytes.length ? undefined : 'bytes are left over'
}

/** One value's type, where its content begins, and how long that is: in elements for arrays and maps, else in bytes. */
interface Head {
  readonly kind: 'fixed' | 'bytes' | 'text' | 'array' | 'map'
  readonly end: number
  readonly length: number
}

function readHead(view: DataView, offset: number): Head | string {
  const type = view.getUint8(offset)
  const end = offset + 1
  if (type < 0x80 || type >= 0xe0) return { kind: 'fixed', end, length: 0 }
  if (type < 0x90) return { kind: 'map', end, length: type & 0x0f }
  if (type < 0xa0) return { kind: 'array', end, length: type & 0x0f }
  if (type < 0xc0) return { kind: 'text', end, length: type & 0x1f }
  const format = FORMATS[type - 0xc0]
  if (!format) return `type 0x${type.toString(16)} is not allowed`
  if (format.kind === 'fixed') return { kind: 'fixed', end, length: format.bytes }
  if (end + format.lengthBytes > view.byteLength) return 'truncated'
  const length = readLength(view, end, format.lengthBytes)
  return { kind: format.kind, end: end + format.lengthBytes, length }
}

function readLength(view: DataView, offset: number, bytes: 1 | 2 | 4): number {
  switch (bytes) {
    case 1:
      return view.getUint8(offset)
    case 2:
      return view.getUint16(offset)
    case 4:
      return view.getUint32(offset)
  }
}
