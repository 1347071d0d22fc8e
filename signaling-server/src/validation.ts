/**
 * Holds a value from outside to a schema and says in a few words what is wrong with it. The words never repeat the
 * value itself, which may be huge or secret.
 */
import * as v from 'valibot'

export type Checked<Output> =
  | { readonly ok: true; readonly output: Output }
  | { readonly ok: false; readonly fault: string }

/** Characters of a field's path that are worth repeating: the contract's own are far shorter. */
const MAX_PATH_LENGTH = 64

/** @param name what the value is called in the fault's words */
export function check<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  name: string,
): Checked<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value, { abortEarly: true, message: describe })
  if (result.success) return { ok: true, output: result.output }
  const [issue] = result.issues
  const path = [name, ...(issue.path ?? []).map((item) => String(item.key))].join('.')
  return { ok: false, fault: `${path.slice(0, MAX_PATH_LENGTH)}: ${issue.message}` }
}

function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'unknown field'
  if (issue.received === 'undefined') return 'missing'
  return issue.expected === null ? 'not allowed' : `expected ${issue.expected}`
}
