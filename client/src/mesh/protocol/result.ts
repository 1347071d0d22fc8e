/** What a parser answers: the value, or why there is none. Bad input is a value, not an exception. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string }

export const ok = <Value>(value: Value): Result<Value> => ({ ok: true, value })

export const bad = (reason: string): Result<never> => ({ ok: false, reason })
