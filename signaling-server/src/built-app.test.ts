/** Builds the app as `npm run build` does, without writing it, and holds it to what the headers of pages.ts allow. */
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { beforeAll, describe, expect, it } from 'vitest'

let html = ''
let scripts: readonly string[] = []

beforeAll(async () => {
  const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url))
  const built = await build({ configFile, logLevel: 'silent', build: { write: false, sourcemap: false } })
  const outputs = [built].flat().flatMap((part) => ('output' in part ? part.output : []))
  scripts = outputs.flatMap((file) => (file.type === 'chunk' ? [file.code] : []))
  html =
    outputs.flatMap((file) =>
      file.fileName === 'index.html' && file.type === 'asset' ? [String(file.source)] : [],
    )[0] ?? ''
}, 60_000)

describe('the built app under its Content-Security-Policy', () => {
  it('has no script and no style of its own in the page', () => {
    const tags = html.match(/<(script|style)\b[^>]*>/g) ?? []
    expect(tags.length).toBeGreaterThan(0)
    for (const tag of tags) expect(tag).toMatch(/^<script\b.* src="\/[^/]/)
    expect(html).not.toMatch(/\s(style|on[a-z]+)\s*=/i)
    expect(html).not.toMatch(/javascript:/i)
  })

  it('fetches nothing from anywhere else', () => {
    const addresses = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address)
    expect(addresses.length).toBeGreaterThan(0)
    for (const address of addresses) expect(address).toMatch(/^\/[^/]/)
  })

  it('makes no code out of text', () => {
    expect(scripts.length).toBeGreaterThan(0)
    for (const script of scripts) {
      expect(script).not.toMatch(/\beval\s*\(/)
      // What simple-peer's build falls back to where nothing is called globalThis or self: in no browser.
      const made = (script.match(/\bFunction\s*\([^)]*\)/g) ?? []).filter((call) => !/return this/.test(call))
      expect(made).toEqual([])
    }
  })
})
