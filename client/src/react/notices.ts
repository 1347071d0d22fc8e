/** What went wrong in a room without being anybody's message: few at a time, and each once. Pure. */
import type { RoomError } from '../mesh'
import { MAX_NOTICES } from './limits'
import type { Unmet } from './words'

export interface Notice {
  readonly key: string
  readonly error: RoomError
}

/** @param word what it says; whatever says the same is there already */
export function noteError(
  notices: readonly Notice[],
  next: Notice,
  word: (error: RoomError) => string,
): readonly Notice[] {
  const words = word(next.error)
  const isShown = notices.some(({ error }) => word(error) === words)
  return isShown ? notices : [...notices, next].slice(-MAX_NOTICES)
}

/** Whoever is with somebody has the right password, or at least one that two people share. */
export function withoutDoubt(notices: readonly Notice[]): readonly Notice[] {
  const others = notices.filter(({ error }) => error.reason !== 'wrong-password')
  return others.length === notices.length ? notices : others
}

/** @returns what it tells about somebody who is here and was not met */
export function unmetBy({ reason, details }: RoomError): Unmet | undefined {
  if (reason === 'wrong-password') return 'another password'
  return reason === 'unreachable' && details.address !== undefined ? 'out of reach' : undefined
}
