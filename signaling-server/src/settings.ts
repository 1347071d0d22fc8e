/** Reads what the operator sets in the environment, and says in words what is wrong with it. */
import type { IceServer } from './contract'
import { parseIceServers } from './ice'
import { type Origins, parseOrigins } from './origins'

const DEFAULT_PORT = 3000
const MAX_PORT = 65_535
/** Nobody has more in a row; a larger number is an address or a port by mistake. */
const MAX_PROXIES = 16
/** Two years, the most that browsers' own lists ask for. */
const MAX_HSTS_SECONDS = 63_072_000

export interface Settings {
  readonly port: number
  /** undefined for all interfaces */
  readonly host: string | undefined
  readonly iceServers: readonly IceServer[]
  /** whose pages are introduced, beside the server's own */
  readonly origins: Origins
  /** how many proxies of the operator's stand in front */
  readonly trustedProxies: number
  /** for how many seconds browsers are to insist on https for this host; 0 says nothing of it */
  readonly hstsSeconds: number
  /** undefined for the app that was built along with the server */
  readonly pages: string | undefined
}

/** @throws Error in words for the operator */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    port: parseNumber('PORT', env.PORT, { otherwise: DEFAULT_PORT, max: MAX_PORT, zero: 'means any free port' }),
    host: env.HOST?.trim() || undefined,
    iceServers: parseIceServers(env.ICE_SERVERS),
    origins: parseOrigins(env.ORIGINS),
    trustedProxies: parseNumber('TRUST_PROXY', env.TRUST_PROXY, { max: MAX_PROXIES, zero: 'trusts none' }),
    hstsSeconds: parseNumber('HSTS_SECONDS', env.HSTS_SECONDS, { max: MAX_HSTS_SECONDS, zero: 'sends no such header' }),
    pages: env.PAGES || undefined,
  }
}

interface Range {
  readonly otherwise?: number
  readonly max: number
  /** what 0 does, for the operator */
  readonly zero: string
}

function parseNumber(name: string, text: string | undefined, { otherwise = 0, max, zero }: Range): number {
  if (text === undefined || text.trim() === '') return otherwise
  const number = /^\d{1,8}$/.test(text.trim()) ? Number(text) : Number.NaN
  if (!(number <= max)) throw new Error(`${name}: a whole number from 0 to ${max}, where 0 ${zero}`)
  return number
}
