import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { malformed } from './result'

const reasonFor = (schema: v.GenericSchema, value: unknown): string => {
  const parsed = v.safeParse(schema, value)
  if (parsed.success) throw new Error('it fits')
  const result = malformed('hello', parsed.issues)
  return result.ok ? '' : result.reason
}

describe('the reason why something is malformed', () => {
  it('[FR2] tells what was expected, and nothing of the megabyte that came instead', () => {
    expect(reasonFor(v.literal(1), 'x'.repeat(1024 * 1024))).toBe('the hello is malformed: expected 1')
    expect(reasonFor(v.strictObject({}), { secret: 'wren' })).toBe('the hello is malformed: expected never')
    expect(
      reasonFor(
        v.pipe(
          v.string(),
          v.check(() => false),
        ),
        'secret',
      ),
    ).toBe('the hello is malformed')
  })
})
