/**
 * Serves the built app over plain HTTP: everything is read and tagged once at the start, so a request touches no disk,
 * can name nothing outside the build, and a build that runs meanwhile cannot tear what is served. What the build has
 * compressed beside a file (.br, .gz) goes to browsers that take it. Also `/health`. Signaling is on the same port,
 * elsewhere.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from 'node:http'
import { extname, join, relative, sep } from 'node:path'

type Encoding = 'br' | 'gzip' | 'identity'

interface Page {
  readonly tag: string
  readonly headers: OutgoingHttpHeaders
  readonly bodies: { readonly identity: Buffer; readonly br?: Buffer; readonly gzip?: Buffer }
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/**
 * Rooms may name other signaling servers, hence ws: and wss: to anywhere; previews of files are blob: and data:. The
 * library is one module, so the worker in it, which hashes passwords, is made of a blob:.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self' ws: wss:",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What the app never asks for, so that no script that got in could either. */
const PERMISSIONS_POLICY = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ')

const COMMON_HEADERS: OutgoingHttpHeaders = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  // A page that opened this one, or that is opened from it, gets no hold of its window.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': PERMISSIONS_POLICY,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  // The servers named in links that others wrote are not looked up before somebody clicks.
  'X-DNS-Prefetch-Control': 'off',
  // For browsers that do not know frame-ancestors.
  'X-Frame-Options': 'DENY',
}

/** Pages of other origins may import the library and read its types. */
const FOR_EVERY_ORIGIN: OutgoingHttpHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}

interface Reply {
  readonly status: 200 | 304 | 404 | 405
  readonly headers: OutgoingHttpHeaders
  readonly body?: string | Buffer
}

const HEALTHY = text(200, '{"ok":true}', { 'Content-Type': 'application/json' })
const WRONG_METHOD = text(405, 'Only GET and HEAD work here.\n', { Allow: 'GET, HEAD' })
const NOT_FOUND = text(404, 'There is nothing at this address. The way in is /\n')
const NO_PAGES = text(404, 'This server introduces peers to each other; it has no pages.\n')

interface PageOptions {
  /** 0 for no such header: it binds everything else on the host, too, so an operator has to ask for it */
  readonly hstsSeconds: number
}

/**
 * @param directory the built app; without one only `/health` answers
 * @throws Error in words for the operator when there is no app in the directory
 */
export async function createPageHandler(
  directory: string | undefined,
  { hstsSeconds }: PageOptions,
): Promise<RequestListener> {
  const pages = directory === undefined ? undefined : await readPages(directory)
  const common = hstsSeconds === 0 ? COMMON_HEADERS : { ...COMMON_HEADERS, ...strictTransport(hstsSeconds) }
  return (request, response) => {
    const { status, headers, body } = reply(request, pages)
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }
    response.writeHead(status, { ...common, ...headers, ...length })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

/** Browsers heed it over https alone, so it may be sent always. */
function strictTransport(seconds: number): OutgoingHttpHeaders {
  return { 'Strict-Transport-Security': `max-age=${seconds}` }
}

function reply(request: IncomingMessage, pages: ReadonlyMap<string, Page> | undefined): Reply {
  if (request.method !== 'GET' && request.method !== 'HEAD') return WRONG_METHOD
  const [path = '/'] = (request.url ?? '/').split('?', 1)
  if (path === '/health') return HEALTHY
  if (pages === undefined) return NO_PAGES
  const page = pages.get(path.endsWith('/') ? `${path}index.html` : path)
  if (page === undefined) return NOT_FOUND
  if (request.headers['if-none-match']?.includes(page.tag)) return { status: 304, headers: page.headers }
  const encoding = chooseEncoding(request, page)
  const coded = encoding === 'identity' ? {} : { 'Content-Encoding': encoding }
  return { status: 200, headers: { ...page.headers, ...coded }, body: page.bodies[encoding] ?? page.bodies.identity }
}

function text(status: Reply['status'], body: string, headers: OutgoingHttpHeaders = {}): Reply {
  return {
    status,
    headers: { 'Cache-Control': 'no-store', 'Content-Type': 'text/plain; charset=utf-8', ...headers },
    body,
  }
}

function chooseEncoding(request: IncomingMessage, page: Page): Encoding {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  if (/\bbr\b/.test(accepted) && page.bodies.br) return 'br'
  if (/\bgzip\b/.test(accepted) && page.bodies.gzip) return 'gzip'
  return 'identity'
}

async function readPages(directory: string): Promise<Map<string, Page>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw notBuilt(directory, cause)
  })
  const files = new Map<string, Buffer>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const path = `/${relative(directory, file).split(sep).join('/')}`
    if (!path.includes('/.')) files.set(path, await readFile(file))
  }
  if (!files.has('/index.html')) throw notBuilt(directory)
  const pages = [...files].filter(([path]) => !/\.(br|gz)$/.test(path))
  return new Map(
    pages.map(([path, body]) => [path, createPage(path, body, files.get(`${path}.br`), files.get(`${path}.gz`))]),
  )
}

function notBuilt(directory: string, cause?: unknown): Error {
  return new Error(`There is no built app in ${directory}; build it first with npm run build`, { cause })
}

function createPage(path: string, identity: Buffer, br: Buffer | undefined, gzip: Buffer | undefined): Page {
  const tag = `W/"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`
  const headers: OutgoingHttpHeaders = {
    // Only the names under /assets/ change with what is in the files.
    'Cache-Control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
    ETag: tag,
    ...(br || gzip ? { Vary: 'Accept-Encoding' } : {}),
    ...(isLibrary(path) ? FOR_EVERY_ORIGIN : {}),
  }
  return { tag, headers, bodies: { identity, ...(br && { br }), ...(gzip && { gzip }) } }
}

function isLibrary(path: string): boolean {
  return path.startsWith('/starling.') || path.startsWith('/types/')
}
