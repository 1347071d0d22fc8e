/**
 * Turns the password of a named room into its secret, slowly, so that whoever guesses has to be slow too. The work takes
 * about a second, in which nothing else happens: it is meant for a worker. Rule RL6.
 */
import { scrypt } from '@noble/hashes/scrypt.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../protocol/limits'

export const PASSWORD_HASH_BYTES = 32

/** 64 MiB, which a phone can spare, twice: one of the settings that OWASP recommends for scrypt, as costly as its others. */
const COST = { N: 2 ** 16, r: 8, p: 2, dkLen: PASSWORD_HASH_BYTES } as const

/** Keyboards differ in how they compose a letter, and pasting brings blanks along; what people see counts. */
export const normalisePassword = (password: string): string => password.normalize('NFKC').trim()

/** @returns what is wrong with it, in words for the person who typed it, or undefined */
export function findPasswordFault(password: string): string | undefined {
  const { length } = normalisePassword(password)
  if (length >= MIN_PASSWORD_LENGTH && length <= MAX_PASSWORD_LENGTH) return undefined
  return `A room password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`
}

/**
 * @param name the room's, as parsed from its link: the same password gives each room another secret
 * @param onProgress told the share done, from 0 to 1
 */
export const hashPassword = (
  name: string,
  password: string,
  onProgress: (share: number) => void = () => {},
): Uint8Array =>
  scrypt(utf8ToBytes(normalisePassword(password)), utf8ToBytes(`starling/1 password ${name}`), { ...COST, onProgress })
