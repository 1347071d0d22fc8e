/** Reads what the operator sets in the environment, and says in words what is wrong with it. */
import type { IceServer } from './contract'
import { parseIceServers } from './ice'

const DEFAULT_PORT = 3000

export interface Settings {
  readonly port: number
  /** undefined for all interfaces */
  readonly host: string | undefined
  readonly iceServers: readonly IceServer[]
  /** undefined for the app that was built along with the server */
  readonly pages: string | undefined
}

/** @throws Error in words for the operator */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    port: parsePort(env.PORT),
    host: env.HOST?.trim() || undefined,
    iceServers: parseIceServers(env.ICE_SERVERS),
    pages: env.PAGES || undefined,
  }
}

function parsePort(text: string | undefined): number {
  if (text === undefined || text.trim() === '') return DEFAULT_PORT
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN
  if (!(port <= 65_535)) throw new Error(`PORT: a whole number from 0 to 65535, where 0 means any free port`)
  return port
}
