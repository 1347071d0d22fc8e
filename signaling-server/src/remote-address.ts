/** From which network address a request comes, and who counts as one and the same. Rule SG11. */
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/**
 * @param trustedProxies how many proxies of ours stand in front. Each adds at the end of X-Forwarded-For from where
 * the request reached it; what stands before that, the client may have made up
 * @returns the key under which that address is counted
 */
export function findRemote(request: IncomingMessage, trustedProxies: number): string {
  const direct = request.socket.remoteAddress ?? ''
  if (trustedProxies === 0) return groupOf(direct)
  const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',')
  const told = withoutPort(forwarded.slice(-trustedProxies)[0]?.trim() ?? '')
  // A request that did not come through the proxies counts as their own.
  return groupOf(isIP(told) === 0 ? direct : told)
}

/** Some proxies add the port. */
function withoutPort(text: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
}

/**
 * An IPv4 address stands for itself, also when it comes as IPv6. Of an IPv6 address the first 64 bits count: that is
 * what one household gets, and one machine may use any of the addresses in it.
 */
export function groupOf(address: string): string {
  const [bare = ''] = address.split('%')
  if (isIP(bare) !== 6) return bare
  const words = wordsOf(new URL(`http://[${bare}]`).hostname.slice(1, -1))
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff) {
    return words
      .slice(6)
      .flatMap((word) => [word >> 8, word & 0xff])
      .join('.')
  }
  return `${words
    .slice(0, 4)
    .map((word) => word.toString(16))
    .join(':')}::/64`
}

/** @param text in the short form that URLs have, without dots */
function wordsOf(text: string): readonly number[] {
  const [left = [], right = []] = text.split('::').map((side) => side.split(':').filter((word) => word !== ''))
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].map((word) => Number.parseInt(word, 16))
}
