/**
 * Whose pages the server introduces. A browser says truly of which origin a page is, so that another site cannot use
 * this server by way of its own visitors. What is no browser may say what it likes, or nothing: only rates and caps
 * hold it. Rule SG10.
 */

/** `named` are the origins beside the server's own. */
export type Origins = { readonly kind: 'any' } | { readonly kind: 'named'; readonly named: ReadonlySet<string> }

export const OWN_ORIGIN: Origins = { kind: 'named', named: new Set() }

const EXAMPLE = 'https://example.org,http://localhost:5173'

/** The schemes of browsers, and those of apps and extensions with pages inside. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/

/**
 * @param text origins with commas between them, or `*`, as in the environment variable ORIGINS
 * @throws Error in words for the operator
 */
export function parseOrigins(text: string | undefined): Origins {
  const parts = (text ?? '').split(',').map((part) => part.trim())
  const given = parts.filter((part) => part !== '')
  if (given.includes('*')) {
    if (given.length === 1) return { kind: 'any' }
    throw new Error('ORIGINS: * means every origin, and stands alone')
  }
  return { kind: 'named', named: new Set(given.map(parseOrigin)) }
}

function parseOrigin(text: string): string {
  // People copy addresses from where they see them, with the slash at the end.
  const origin = text.toLowerCase().replace(/\/$/, '')
  const url = parseUrl(origin)
  if (!ORIGIN.test(origin) || !url) {
    throw new Error(`ORIGINS: '${text}' is no origin. It is a list such as ${EXAMPLE}, or * for all`)
  }
  return isWeb(origin) ? url.origin : origin
}

/**
 * @param origin the header Origin
 * @param hosts by which names this request says that it reached the server: the header Host, and what trusted proxies
 * say it was
 */
export function isWelcome(origins: Origins, origin: string | undefined, hosts: readonly string[]): boolean {
  // Browsers always send it with a WebSocket: who sends none is a program, which could as well have made one up.
  if (origins.kind === 'any' || origin === undefined) return true
  if (origins.named.has(origin)) return true
  const url = isWeb(origin) ? parseUrl(origin) : undefined
  return url !== undefined && hosts.some((name) => isSameHost(name, url))
}

/** The proxy that speaks https may be unknown, so the scheme is the page's, and its usual port may be left out. */
function isSameHost(name: string, { protocol, host }: { readonly protocol: string; readonly host: string }): boolean {
  if (name === host) return true
  return parseUrl(`${protocol}//${name}`)?.host === host
}

/** Not by URL.canParse: that of Node 20 misreads letters like ß in what comes off the wire, and then the constructor throws. */
function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

const isWeb = (origin: string): boolean => origin.startsWith('http://') || origin.startsWith('https://')
