import { expect, it } from 'vitest'
import { directionOf } from './direction'

it.each([
  ['hello', 'ltr'],
  ['שלום', 'rtl'],
  ['مرحبا, Bob', 'rtl'],
  ['1. (Bob) مرحبا', 'ltr'],
  ['  42 … «سلام»', 'rtl'],
  ['𞤀𞤁', 'rtl'],
  ['', undefined],
  ['?! 12', undefined],
])('%j runs %s', (text, direction) => {
  expect(directionOf(text)).toBe(direction)
})
