/**
 * What people and applications may send: JSON-like values and bytes, in any mixture. What cannot
 * cross the wire unchanged is found here; outgoing.ts refuses it. Rules DT1-DT5.
 */
import { MAX_DATA_DEPTH, VALUES_OF_BYTES } from './limits'

export type Data = null | boolean | number | string | Uint8Array | readonly Data[] | { readonly [key: string]: Data }

/** Where in the value the fault lies, and what it is, in words for the developer who sent it. */
export interface DataFault {
  readonly path: string
  readonly problem: string
}

/** @returns the first part of `value` that would not arrive as it was sent, or undefined when all of it would */
export function findDataFault(value: unknown, path = 'data', depth = 0): DataFault | undefined {
  switch (typeof value) {
    case 'boolean':
    case 'number':
      return undefined
    case 'string':
      return value.isWellFormed() ? undefined : { path, problem: 'is text with half a surrogate pair' }
    case 'object':
      break
    default:
      return { path, problem: `is of type ${typeof value}` }
  }
  if (value === null || value instanceof Uint8Array) return undefined
  if (depth >= MAX_DATA_DEPTH) return { path, problem: `is nested deeper than ${MAX_DATA_DEPTH} levels` }
  if (Array.isArray(value)) return findFaultInArray(value, path, depth)
  return findFaultInObject(value, path, depth)
}

function findFaultInArray(values: readonly unknown[], path: string, depth: number): DataFault | undefined {
  if (Object.getPrototypeOf(values) !== Array.prototype) return { path, problem: 'is not a plain array' }
  for (let index = 0; index < values.length; index++) {
    const fault = findDataFault(values[index], `${path}[${index}]`, depth + 1)
    if (fault) return fault
  }
  // No element is missing, so a key too many is none: a match of an expression has some.
  if (Object.keys(values).length > values.length) return { path, problem: 'is a list that has fields, too' }
  return findSymbolKey(values, path)
}

function findFaultInObject(value: object, path: string, depth: number): DataFault | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    return { path, problem: `is a ${value.constructor?.name || 'class instance'}, not a plain object` }
  }
  for (const [key, part] of Object.entries(value)) {
    if (key === '__proto__') return { path, problem: 'has a key named __proto__' }
    if (!key.isWellFormed()) return { path, problem: 'has a key with half a surrogate pair' }
    const fault = findDataFault(part, `${path}.${key}`, depth + 1)
    if (fault) return fault
  }
  return findSymbolKey(value, path)
}

function findSymbolKey(value: object, path: string): DataFault | undefined {
  return Object.getOwnPropertySymbols(value).length > 0 ? { path, problem: 'has a key that is a symbol' } : undefined
}

/** @returns how many values `data` is made of, itself included; not many beyond `enough` are counted */
export function countValues(data: Data, enough: number): number {
  if (data instanceof Uint8Array) return VALUES_OF_BYTES
  if (typeof data !== 'object' || data === null) return 1
  let count = 1
  for (const value of Object.values(data)) {
    count += countValues(value, enough - count)
    if (count > enough) break
  }
  return count
}

/** @returns fewer bytes than `data` takes on the wire, found without encoding it; not much beyond `enough` is counted */
export function leastSize(data: Data, enough: number): number {
  if (typeof data === 'string' || data instanceof Uint8Array) return data.length
  if (typeof data !== 'object' || data === null) return 1
  let size = 0
  for (const [key, part] of Object.entries(data)) {
    size += Array.isArray(data) ? 0 : key.length
    size += leastSize(part, enough - size)
    if (size > enough) break
  }
  return size
}
