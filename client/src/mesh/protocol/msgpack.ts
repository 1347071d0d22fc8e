/**
 * MessagePack (its specification, 'Formats', is the table below), and the one door for it from others. It is read here and
 * not by a library, whose decoder allocates what a header claims - five bytes can claim
 * four billion elements, and again inside each -, drops a byte order mark and lets text pass that is not
 * UTF-8. What comes out is complete, shallow enough and made of JSON-like values and bytes alone.
 * Rules FR3-FR4.
 */

import type { Data } from './data'
import { MAX_DATA_DEPTH, MAX_DATA_VALUES, VALUES_OF_BYTES } from './limits'
import { Writer } from './msgpack-writer'
import { bad, ok, type Result } from './result'

/** A payload is an array of its parts, so the data in it starts one level down. */
const MAX_DEPTH = MAX_DATA_DEPTH + 2

/** Besides the data a payload has four parts at most, and an entry five, and four parents of twelve values each. */
const MAX_VALUES = MAX_DATA_VALUES + 64

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const writer = new Writer()

/** Writes one value in the shortest form of each part; numbers that are not whole as float64. */
export const encodeMsgpack = (value: Data): Uint8Array => writer.encode(value)

/** Reads exactly one value. Bytes within it are copies, so that they keep nothing else in memory. */
export function decodeMsgpack(bytes: Uint8Array): Result<Data> {
  try {
    return ok(new Reader(bytes).readAll())
  } catch (error) {
    if (error instanceof Fault) return bad(error.message)
    throw error
  }
}

/** What is wrong with the bytes. It never leaves this file. */
class Fault extends Error {}

class Reader {
  readonly #view: DataView
  #offset = 0
  #values = 0

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  readAll(): Data {
    const value = this.#value(1)
    if (this.#offset < this.bytes.length) throw new Fault('bytes are left over')
    return value
  }

  #value(depth: number): Data {
    const type = this.#uint(1)
    if (type < 0x80) return type
    if (type < 0x90) return this.#map(type & 0x0f, depth)
    if (type < 0xa0) return this.#array(type & 0x0f, depth)
    if (type < 0xc0) return this.#text(type & 0x1f)
    if (type >= 0xe0) return type - 0x100
    switch (type) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        this.#count(VALUES_OF_BYTES - 1)
        return this.#content(this.#uint(2 ** (type - 0xc4))).slice()
      case 0xca:
        return this.#view.getFloat32(this.#skip(4))
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(2 ** (type - 0xcc))
      case 0xcf:
        return Number(this.#view.getBigUint64(this.#skip(8)))
      case 0xd0:
        return this.#view.getInt8(this.#skip(1))
      case 0xd1:
        return this.#view.getInt16(this.#skip(2))
      case 0xd2:
        return this.#view.getInt32(this.#skip(4))
      case 0xd3:
        return Number(this.#view.getBigInt64(this.#skip(8)))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(2 ** (type - 0xd9)))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#uint(2 ** (type - 0xdb)), depth)
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 ** (type - 0xdd)), depth)
      default:
        // Extensions, timestamps among them: nothing that we send needs one.
        throw new Fault(`type 0x${type.toString(16)} is not allowed`)
    }
  }

  #array(length: number, depth: number): Data {
    this.#checkElements(length, depth)
    const values: Data[] = []
    for (let index = 0; index < length; index++) values.push(this.#value(depth + 1))
    return values
  }

  #map(length: number, depth: number): Data {
    this.#checkElements(length, depth)
    const values: { [key: string]: Data } = {}
    for (let index = 0; index < length; index++) {
      const key = this.#value(depth + 1)
      if (typeof key !== 'string') throw new Fault('a key is not text')
      if (key === '__proto__') throw new Fault('a key is __proto__')
      values[key] = this.#value(depth + 1)
    }
    return values
  }

  #checkElements(length: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new Fault(`nested deeper than ${MAX_DEPTH} levels`)
    // Every element takes a byte at least, so a larger claim is a lie.
    if (length > this.bytes.length - this.#offset) throw new Fault('truncated')
    this.#count(length)
  }

  #count(values: number): void {
    this.#values += values
    if (this.#values > MAX_VALUES) throw new Fault(`more than ${MAX_VALUES} values`)
  }

  #text(length: number): string {
    const content = this.#content(length)
    try {
      return utf8.decode(content)
    } catch {
      // A decoder that is told to be strict throws for one cause alone.
      throw new Fault('text is not UTF-8')
    }
  }

  #content(length: number): Uint8Array {
    const start = this.#skip(length)
    return this.bytes.subarray(start, start + length)
  }

  /** An unsigned integer of 1, 2 or 4 bytes. */
  #uint(bytes: number): number {
    const start = this.#skip(bytes)
    if (bytes === 1) return this.#view.getUint8(start)
    return bytes === 2 ? this.#view.getUint16(start) : this.#view.getUint32(start)
  }

  /** @returns where the next `count` bytes begin, all of which are there */
  #skip(count: number): number {
    const start = this.#offset
    if (start + count > this.bytes.length) throw new Fault('truncated')
    this.#offset = start + count
    return start
  }
}
