import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from './server'

const SCRIPT = `console.log('starling')\n`.repeat(50)

let root: string
let server: RunningServer

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'starling-'))
  const app = join(root, 'app')
  const files: Record<string, string | Buffer> = {
    'secret.txt': 'not for you',
    'app/index.html': '<!doctype html><title>Starling</title>',
    'app/assets/index-abc123.js': SCRIPT,
    'app/assets/index-abc123.js.br': brotliCompressSync(SCRIPT),
    'app/assets/index-abc123.js.gz': gzipSync(SCRIPT),
    'app/assets/logo-abc123.png': 'png',
    'app/starling.js': 'export const joinRoom = 1',
    'app/starling.d.ts': 'export declare const joinRoom: number',
    'app/types/mesh/room.d.ts': 'export {}',
    'app/.env': 'hidden',
    'app/.git/config': 'hidden',
  }
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true })
    await writeFile(join(root, name), content)
  }
  server = await startServer({ port: 0, pages: app })
})

afterAll(async () => {
  await server.close()
  await rm(root, { recursive: true })
})

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Asks for the path exactly as it is, which fetch would tidy up. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port: server.port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }),
      )
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('pages', () => {
  it('the way in is the app, never cached without asking', async () => {
    const { status, headers, body } = await ask('/')
    expect({ status, body: String(body) }).toEqual({ status: 200, body: '<!doctype html><title>Starling</title>' })
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
    expect(String((await ask('/?from=mail')).body)).toBe(String(body))
  })

  it('assets may be kept for ever, for their names change with what is in them', async () => {
    const { headers, body } = await ask('/assets/index-abc123.js')
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect(String(body)).toBe(SCRIPT)
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  it('the library may be imported by pages of any origin, and is asked for again each time', async () => {
    for (const [path, type] of [
      ['/starling.js', 'text/javascript; charset=utf-8'],
      ['/starling.d.ts', 'text/plain; charset=utf-8'],
      ['/types/mesh/room.d.ts', 'text/plain; charset=utf-8'],
    ] as const) {
      const { status, headers } = await ask(path)
      expect(status, path).toBe(200)
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'no-cache',
        'content-type': type,
      })
    }
  })

  it('what a browser has already is not sent again', async () => {
    const first = await ask('/starling.js')
    const again = await ask('/starling.js', { 'If-None-Match': String(first.headers.etag) })
    expect({ status: again.status, length: again.body.length }).toEqual({ status: 304, length: 0 })
    expect(again.headers).toMatchObject({ etag: first.headers.etag, 'access-control-allow-origin': '*' })
    expect((await ask('/starling.js', { 'If-None-Match': 'W/"another"' })).status).toBe(200)
  })

  it('text travels compressed to those who can read it', async () => {
    const path = '/assets/index-abc123.js'
    const brotli = await ask(path, { 'Accept-Encoding': 'gzip, deflate, br, zstd' })
    expect(brotli.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' })
    expect(String(brotliDecompressSync(brotli.body))).toBe(SCRIPT)
    const gzip = await ask(path, { 'Accept-Encoding': 'gzip' })
    expect(gzip.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
    expect(String(gunzipSync(gzip.body))).toBe(SCRIPT)
    expect(
      (await ask('/assets/logo-abc123.png', { 'Accept-Encoding': 'br' })).headers['content-encoding'],
    ).toBeUndefined()
  })

  it.each(['/', '/health', '/nothing-here'])('%s carries the headers that protect', async (path) => {
    const { headers } = await ask(path)
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-dns-prefetch-control': 'off',
      'x-frame-options': 'DENY',
    })
    expect(headers['permissions-policy']).toMatch(/^accelerometer=\(\), camera=\(\), .*microphone=\(\), .*usb=\(\)$/)
    expect(headers['strict-transport-security']).toBeUndefined()
    expect(String(headers['content-security-policy']).split('; ')).toEqual([
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
    ])
  })

  it('browsers are told to insist on https when the operator asks for it', async () => {
    const strict = await startServer({ port: 0, hstsSeconds: 3600 })
    const { headers } = await fetch(`http://localhost:${strict.port}/health`)
    await strict.close()
    expect(headers.get('strict-transport-security')).toBe('max-age=3600')
  })

  it.each(['evil.example', 'localhost:1', '"><script>', 'a'.repeat(8000), '::', ''])(
    'what a request calls the host changes nothing: %s',
    async (host) => {
      const usual = await ask('/')
      const { status, headers, body } = await ask('/', { Host: host })
      expect({ status, body: String(body) }).toEqual({ status: 200, body: String(usual.body) })
      expect({ ...headers, date: '' }).toEqual({ ...usual.headers, date: '' })
    },
  )

  it('[SG11] headers that are too long are refused', async () => {
    expect((await ask('/', { Cookie: 'c'.repeat(20_000) })).status).toBe(431)
  })

  it('/health says that the server is well', async () => {
    const { status, headers, body } = await ask('/health')
    expect({ status, body: String(body) }).toEqual({ status: 200, body: '{"ok":true}' })
    expect(headers['content-type']).toBe('application/json')
  })

  it('an address with nothing behind it is answered in plain words', async () => {
    const { status, headers, body } = await ask('/assets/gone-abc123.js')
    expect({ status, body: String(body) }).toEqual({
      status: 404,
      body: 'There is nothing at this address. The way in is /\n',
    })
    expect(headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  })

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/..\\secret.txt',
    '//etc/passwd',
    '/.env',
    '/.git/config',
    '/assets',
    '/__proto__',
    '/%00',
    '/%',
    'http://elsewhere.example/secret.txt',
  ])('nothing but the app is served: %s', async (path) => {
    expect((await ask(path)).status).toBe(404)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not for here', async (method) => {
    const { status, headers } = await ask('/', {}, method)
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' })
  })

  it('HEAD gets the headers alone', async () => {
    const { status, headers, body } = await ask('/', {}, 'HEAD')
    expect({ status, length: headers['content-length'], sent: body.length }).toEqual({
      status: 200,
      length: '38',
      sent: 0,
    })
  })

  it.each(['bytes=3-1', 'bytes=9-', 'bytes=-1', 'nonsense'])(
    'a range is not needed and harms nobody: %s',
    async (range) => {
      expect((await ask('/starling.js', { Range: range })).status).toBe(200)
    },
  )

  it('a build that runs meanwhile does not tear what is served', async () => {
    await rm(join(root, 'app/assets'), { recursive: true })
    expect(String((await ask('/assets/index-abc123.js')).body)).toBe(SCRIPT)
  })
})
