/** Writes an input down, so that whoever reads of a failure sees what it was: bytes as hex, all else as JSON. */

/** Characters. An input beyond it is named by its number alone, with its beginning to recognise it by. */
const MAX_PRINTED = 200_000

export function printInput(input: unknown): string {
  if (input instanceof Uint8Array) return cut(`hex ${hex(input)}`)
  return cut(`JSON ${JSON.stringify(input, (_key, value: unknown) => plain(value))}`)
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** What JSON has no word for, in brackets. */
function plain(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
    case 'function':
    case 'symbol':
      return `<${String(value)}>`
    case 'bigint':
      return `<${value}n>`
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : `<${Object.is(value, -0) ? '-0' : value}>`
    case 'object':
      return value instanceof Object ? plainObject(value) : value
    default:
      return value
  }
}

function plainObject(value: object): unknown {
  if (value instanceof Uint8Array) return `<hex ${hex(value)}>`
  if (value instanceof ArrayBuffer) return `<ArrayBuffer ${hex(new Uint8Array(value))}>`
  // In an array JSON shows neither its class nor what else hangs on it.
  const symbols = Object.getOwnPropertySymbols(value).map(String)
  if (!Array.isArray(value)) return symbols.length > 0 ? { '<keys>': symbols, ...value } : value
  const more = [...symbols, ...Object.keys(value).slice(value.length)]
  const isPlain = Object.getPrototypeOf(value) === Array.prototype && more.length === 0
  return isPlain ? value : { [`<${value.constructor.name}>`]: [...value], '<keys>': more }
}

function cut(text: string): string {
  return text.length <= MAX_PRINTED ? text : `${text.slice(0, MAX_PRINTED)}... (${text.length} characters)`
}
