/** What stands in a field while somebody types and what was typed before takes effect. Pure. */

export interface Draft {
  /** what stands in the field */
  readonly current: string
  /** what was last asked for */
  readonly submitted: string
  /** whether the field has the focus */
  readonly typing: boolean
}

/** @returns what stands in the field once `landed` is in effect; what is being typed stays */
export function draftAfter({ current, submitted, typing }: Draft, landed: string): string {
  return typing && current !== submitted ? current : landed
}
