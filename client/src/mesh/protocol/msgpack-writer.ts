/**
 * Writes MessagePack: the table of msgpack.ts the other way. What may be sent, and how deep it may be, was looked at before
 * (data.ts, outgoing.ts); anything else here is a mistake of ours. Rule FR3.
 */
import { invariant } from '../runtime/invariant'
import type { Data } from './data'

const utf8Encoder = new TextEncoder()

/** Bytes that are kept for the next to write; what is larger is rare. */
const KEPT_BYTES = 64 * 1024

export class Writer {
  #bytes = new Uint8Array(KEPT_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  encode(value: Data): Uint8Array {
    // Whatever became of the one before.
    this.#length = 0
    this.#write(value)
    const written = this.#bytes.slice(0, this.#length)
    if (this.#bytes.length > KEPT_BYTES) this.#use(new Uint8Array(KEPT_BYTES))
    return written
  }

  #write(value: Data): void {
    if (typeof value === 'number') return this.#number(value)
    if (typeof value === 'string') return this.#text(value)
    if (value === null) return this.#header(0xc0)
    if (typeof value === 'boolean') return this.#header(value ? 0xc3 : 0xc2)
    if (value instanceof Uint8Array) return this.#binary(value)
    if (isList(value)) {
      this.#size(value.length, 0x90, 15, 0xdc)
      for (const part of value) this.#write(part)
      return
    }
    invariant(typeof value === 'object', 'what is no data is written')
    const entries = Object.entries(value)
    this.#size(entries.length, 0x80, 15, 0xde)
    for (const [key, part] of entries) {
      this.#text(key)
      this.#write(part)
    }
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value)) {
      this.#header(0xcb, 8)
      return this.#view.setFloat64(this.#length - 8, value)
    }
    if (value >= 0) {
      if (value < 0x80) return this.#header(value)
      if (value <= 0xffff_ffff) return this.#uint(value, 0xcc)
      this.#header(0xcf, 8)
      return this.#view.setBigUint64(this.#length - 8, BigInt(value))
    }
    if (value >= -0x20) return this.#header(value + 0x100)
    if (value >= -0x80) {
      this.#header(0xd0, 1)
      this.#view.setInt8(this.#length - 1, value)
    } else if (value >= -0x8000) {
      this.#header(0xd1, 2)
      this.#view.setInt16(this.#length - 2, value)
    } else if (value >= -0x8000_0000) {
      this.#header(0xd2, 4)
      this.#view.setInt32(this.#length - 4, value)
    } else {
      this.#header(0xd3, 8)
      this.#view.setBigInt64(this.#length - 8, BigInt(value))
    }
  }

  #text(text: string): void {
    const bytes = utf8Encoder.encode(text)
    if (bytes.length < 32) this.#header(0xa0 + bytes.length)
    else this.#uint(bytes.length, 0xd9)
    this.#append(bytes)
  }

  #binary(bytes: Uint8Array): void {
    this.#uint(bytes.length, 0xc4)
    this.#append(bytes)
  }

  /** A length that goes into its type when it is small, and else follows in 2 or 4 bytes. */
  #size(length: number, type: number, most: number, longType: number): void {
    if (length <= most) return this.#header(type + length)
    const isShort = length <= 0xffff
    this.#header(isShort ? longType : longType + 1, isShort ? 2 : 4)
    if (isShort) this.#view.setUint16(this.#length - 2, length)
    else this.#view.setUint32(this.#length - 4, length)
  }

  /** A number that follows its type in 1, 2 or 4 bytes, for which there are types in a row. */
  #uint(value: number, type: number): void {
    if (value <= 0xff) {
      this.#header(type, 1)
      this.#view.setUint8(this.#length - 1, value)
    } else if (value <= 0xffff) {
      this.#header(type + 1, 2)
      this.#view.setUint16(this.#length - 2, value)
    } else {
      this.#header(type + 2, 4)
      this.#view.setUint32(this.#length - 4, value)
    }
  }

  /** Writes a type, and makes room for what follows it. */
  #header(type: number, following = 0): void {
    this.#reserve(1 + following)
    this.#bytes[this.#length] = type
    this.#length += 1 + following
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#use(larger)
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

const isList = (value: Data): value is readonly Data[] => Array.isArray(value)
