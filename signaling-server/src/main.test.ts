import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GARDEN, peerId, Stage } from './test-support'

let pages: string
let command: ChildProcess | undefined
const stage = new Stage()

beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'starling-'))
  await writeFile(join(pages, 'index.html'), '<!doctype html>')
})

afterEach(async () => {
  await stage.end()
  command?.kill('SIGKILL')
})

afterAll(() => rm(pages, { recursive: true }))

/** The command as people run it, in a process of its own. */
function run(env: Record<string, string>) {
  const main = join(import.meta.dirname, 'main.ts')
  const process_ = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { PATH: process.env.PATH, PAGES: pages, HOST: '127.0.0.1', ...env },
  })
  command = process_
  let words = ''
  const ready = new Promise<number>((resolve) => {
    const listen = (part: unknown) => {
      words += String(part)
      const port = /http:\/\/127\.0\.0\.1:(\d+).*https/s.exec(words)?.[1]
      if (port) resolve(Number(port))
    }
    process_.stdout.on('data', listen)
    process_.stderr.on('data', listen)
  })
  const ended = new Promise<{ code: number | null; words: string }>((resolve) =>
    process_.once('close', (code) => resolve({ code, words })),
  )
  return { ready, ended, stop: (signal: NodeJS.Signals) => process_.kill(signal) }
}

// Starting a process takes seconds on a busy machine.
describe('the command', { timeout: 30_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('prints where it is, serves, and ends at once on %s', async (signal) => {
    const { ready, ended, stop } = run({ PORT: '0' })
    const port = await ready
    const alice = await stage.connect(port)
    await alice.join(GARDEN, peerId('alice'))
    const silent = await stage.connectRaw(port)
    silent.socket.pause()
    stop(signal)
    const { code, words } = await ended
    expect(code).toBe(0)
    expect(await alice.ended).toMatch(/transport/)
    expect(words).toContain('Browsers keep some features')
    expect(words).not.toMatch(/garden|alice/)
  })

  it.each([
    ['a port that is none', { PORT: 'http' }, 'PORT: a whole number from 0 to 65535'],
    ['ICE servers that are none', { PORT: '0', ICE_SERVERS: '{' }, 'ICE_SERVERS: not JSON'],
    ['pages that are not there', { PORT: '0', PAGES: '/no/such/app' }, 'There is no built app in /no/such/app'],
  ])('ends with one line about %s', async (_, env, line) => {
    const { code, words } = await run(env).ended
    expect({ code, lines: words.trimEnd().split('\n').length }).toEqual({ code: 1, lines: 1 })
    expect(words).toContain(line)
  })
})
