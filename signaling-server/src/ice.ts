/**
 * Which STUN and TURN servers the operator names for everybody who joins. None unless named: tabs of one machine or
 * one LAN link without, and no third party hears of anybody without the operator's wish. Rule SG9.
 */
import { type IceServer, IceServersSchema } from './contract'
import { check } from './validation'

const EXAMPLE = `'[{"urls":"stun:stun.example.org"}]'`

/**
 * @param text a JSON array of RTCIceServer, as in the environment variable ICE_SERVERS
 * @throws Error in words for the operator, without the credentials that may be in the text
 */
export function parseIceServers(text: string | undefined): readonly IceServer[] {
  if (text === undefined || text.trim() === '') return []
  const servers = check(IceServersSchema, parseJson(text), 'ICE_SERVERS')
  if (!servers.ok) throw new Error(`${servers.fault}. It is a JSON array such as ${EXAMPLE}`)
  return servers.output
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`ICE_SERVERS: not JSON. It is a JSON array such as ${EXAMPLE}`)
  }
}
