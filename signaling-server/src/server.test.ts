import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type RunningServer, type ServerOptions, startServer } from './server'
import { GARDEN, peerId, Stage } from './test-support'

const stage = new Stage()
const running: RunningServer[] = []

async function start(options: ServerOptions): Promise<RunningServer> {
  const server = await startServer(options)
  running.push(server)
  return server
}

/** Connected, and silent. */
async function connectIdle(port: number) {
  const socket = connect(port, 'localhost')
  const ended = new Promise((resolve) => socket.once('close', resolve))
  // A line that is cut may show as an error before it closes.
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  return { socket, ended }
}

afterEach(async () => {
  await stage.end()
  await Promise.all(running.splice(0).map((server) => server.close()))
})

describe('startServer', () => {
  it('[SG1] introduces peers and answers for its health on one port, with or without pages', async () => {
    const { port } = await start({ port: 0 })
    const alice = await stage.connect(port)
    expect(await alice.join(GARDEN, peerId('alice'))).toMatchObject({ ok: true })
    expect(await (await fetch(`http://localhost:${port}/health`)).json()).toEqual({ ok: true })
    const page = await fetch(`http://localhost:${port}/`)
    expect({ status: page.status, text: await page.text() }).toEqual({
      status: 404,
      text: 'This server introduces peers to each other; it has no pages.\n',
    })
  })

  it('says what to do when the port is taken', async () => {
    const { port } = await start({ port: 0 })
    const words = `Port ${port} is in use; choose another one with PORT=${port + 1} npm start`
    await expect(startServer({ port })).rejects.toThrow(words)
  })

  it('says which address is not of this machine', async () => {
    await expect(startServer({ port: 0, host: '192.0.2.1' })).rejects.toThrow(
      'HOST=192.0.2.1 is not an address of this',
    )
  })

  it('says that the app is not built', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'starling-'))
    const missing = join(empty, 'app')
    await expect(startServer({ port: 0, pages: missing })).rejects.toThrow(`There is no built app in ${missing}`)
    await expect(startServer({ port: 0, pages: empty })).rejects.toThrow(`There is no built app in ${empty}`)
    await rm(empty, { recursive: true })
  })

  it('[SG11] drops connections of one address beyond its limit, which ask for nothing', async () => {
    const lines: string[] = []
    const { port } = await start({ port: 0, limits: { tcpConnectionsPerRemote: 2 }, log: (line) => lines.push(line) })
    const idle = [await connectIdle(port), await connectIdle(port)]
    const dropped = await connectIdle(port)
    await dropped.ended
    expect(lines).toEqual([
      'dropped a connection unread because there were too many, of its address or in all (1 since the start)',
    ])
    idle[0]?.socket.destroy()
    await expect
      .poll(() =>
        fetch(`http://localhost:${port}/health`).then(
          ({ ok }) => ok,
          () => false,
        ),
      )
      .toBe(true)
  })

  it('[SG11] drops what goes beyond the connections of the whole process', async () => {
    const { port } = await start({ port: 0, limits: { tcpConnections: 1 } })
    const first = await connectIdle(port)
    await (await connectIdle(port)).ended
    first.socket.destroy()
    await first.ended
  })

  it('[SG9] closes at once, though a client answers nothing and another is in the middle of a request', async () => {
    const { port, close } = await startServer({ port: 0 })
    const silent = await stage.connectRaw(port)
    silent.socket.pause()
    const halfway = connect(port)
    const dropped = new Promise((resolve) => halfway.once('close', resolve))
    halfway.on('error', () => {})
    await new Promise<void>((resolve) => halfway.write('GET / HTTP/1.1\r\n', () => resolve()))
    await Promise.all([close(), close()])
    await dropped
    await start({ port })
  })
})
