/** What a parser answers: the value, or why there is none. Bad input is a value, not an exception. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string }

export const ok = <Value>(value: Value): Result<Value> => ({ ok: true, value })

export const bad = (reason: string): Result<never> => ({ ok: false, reason })

/** What a validator says of a fault; all that is repeated of it. */
interface Issue {
  readonly expected: string | null
}

/** @returns that `what` does not fit its schema, and nothing of what came in its place: that can be a megabyte of anything */
export const malformed = (what: string, [issue]: readonly [Issue, ...unknown[]]): Result<never> =>
  bad(`the ${what} is malformed${issue.expected === null ? '' : `: expected ${issue.expected}`}`)
