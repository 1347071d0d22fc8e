/**
 * Prints a value that is not text, for people to see what it is. It comes from somebody else, so the
 * printer walks no further than it prints: what lies beyond the limit costs nothing.
 */
import type { Data } from '../mesh'
import { cutText } from './text-parts'
import { countWords } from './words'

export interface PrintedData {
  /** at most the limit, in UTF-16 code units */
  readonly text: string
  readonly isWhole: boolean
}

export function printData(data: Data, limit: number): PrintedData {
  let text = ''
  const isFull = () => text.length > limit

  // Every level prints a bracket and its indent before the next one, so that the limit bounds the depth, too.
  function print(part: Data, lineStart: string): void {
    if (part instanceof Uint8Array) text += `(${bytesWords(part)})`
    else if (typeof part === 'string') text += quote(part, limit)
    else if (isList(part)) printItems(part, lineStart)
    else if (typeof part === 'object' && part !== null) printFields(part, lineStart)
    else text += Object.is(part, -0) ? '-0' : String(part)
  }

  function printItems(items: readonly Data[], lineStart: string): void {
    const inner = `${lineStart}  `
    let before = '['
    for (const item of items) {
      text += before + inner
      if (isFull()) return
      print(item, inner)
      before = ','
    }
    text += before === '[' ? '[]' : `${lineStart}]`
  }

  function printFields(fields: { readonly [key: string]: Data }, lineStart: string): void {
    const inner = `${lineStart}  `
    let before = '{'
    for (const key in fields) {
      const field = fields[key]
      if (field === undefined || !Object.hasOwn(fields, key)) continue
      text += `${before}${inner}${quote(key, limit)}: `
      if (isFull()) return
      print(field, inner)
      before = ','
    }
    text += before === '{' ? '{}' : `${lineStart}}`
  }

  print(data, '\n')
  return isFull() ? { text: cutText(text, limit), isWhole: false } : { text, isWhole: true }
}

export function bytesWords(bytes: Uint8Array): string {
  return `${countWords(bytes.byteLength, 'byte', 'bytes')} of binary data`
}

function isList(data: Data): data is readonly Data[] {
  return Array.isArray(data)
}

/** A string past the limit is cut before it is quoted; it is then still longer than what is shown of it. */
function quote(text: string, limit: number): string {
  return JSON.stringify(text.slice(0, limit))
}
