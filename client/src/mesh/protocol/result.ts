/** What a parser answers: the value, or why there is none. Bad input is a value, not an exception. */
import type { BaseIssue } from 'valibot'

export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string }

export const ok = <Value>(value: Value): Result<Value> => ({ ok: true, value })

export const bad = (reason: string): Result<never> => ({ ok: false, reason })

/** @returns that `what` does not fit its schema, and nothing of what came in its place: that can be a megabyte of anything */
export const malformed = (what: string, [issue]: readonly [BaseIssue<unknown>, ...unknown[]]): Result<never> =>
  bad(`the ${what} is malformed${issue.expected === null ? '' : `: expected ${issue.expected}`}`)
