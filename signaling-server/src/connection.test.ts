import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Connection } from './connection'
import { LIMITS, type Limits } from './limits'
import { Remote } from './remotes'

class FakeTcp extends EventEmitter {
  writableLength = 0
  isDestroyed = false
  destroy(): void {
    this.isDestroyed = true
    this.emit('close')
  }
}

class FakeConnection extends EventEmitter {
  readonly closed: boolean[] = []
  readonly request = { socket: new FakeTcp(), websocket: new EventEmitter() }
  close(discard = false): void {
    this.closed.push(discard)
  }
}

function setUp(smaller: Partial<Limits> = {}) {
  const raw = new FakeConnection()
  const reports: string[] = []
  const limits = { ...LIMITS, ...smaller }
  const now = () => 0
  const remote = new Remote({ limits, now })
  const connection = new Connection({ raw, remote, limits, now, report: (incident) => reports.push(incident) })
  return { raw, tcp: raw.request.socket, webSocket: raw.request.websocket, reports, connection }
}

describe('Connection', () => {
  it('[SG8] is behind when too much waits, in Engine.IO or for the system, and no longer when it has left', () => {
    const { raw, tcp, connection } = setUp({ backlogBytes: 1000 })
    raw.emit('packetCreate', { type: 'message', data: 'header' })
    raw.emit('packetCreate', { type: 'message', data: new Uint8Array(994) })
    raw.emit('packetCreate', { type: 'ping' })
    expect(connection.isBehind()).toBe(false)
    tcp.writableLength = 1
    expect(connection.isBehind()).toBe(true)
    raw.emit('flush')
    expect(connection.isBehind()).toBe(false)
    tcp.writableLength = 1001
    expect(connection.isBehind()).toBe(true)
  })

  it.each(['packet', 'ping', 'pong'] as const)('[SG7] is ended by a flood of %ss, and reported once', (event) => {
    const { raw, webSocket, reports } = setUp({ rawMessageBurst: 2 })
    const emitter = event === 'packet' ? raw : webSocket
    emitter.emit(event)
    emitter.emit(event)
    expect(raw.closed).toEqual([])
    for (let i = 0; i < 10; i++) emitter.emit(event)
    expect({ last: raw.closed.at(-1), reports }).toEqual({ last: true, reports: ['cut-off'] })
  })

  it('[SG7] is ended by too many bytes, though they never become a message', () => {
    const { raw, tcp, reports } = setUp({ rawByteBurst: 100 })
    tcp.emit('data', new Uint8Array(100))
    expect(raw.closed).toEqual([])
    tcp.emit('data', new Uint8Array(1))
    expect({ closed: raw.closed, reports }).toEqual({ closed: [true], reports: ['cut-off'] })
  })

  it('[SG8] is ended when the answers to its pings pile up unread, which is no broken rule', () => {
    const { raw, tcp, webSocket, reports } = setUp({ backlogBytes: 1000 })
    tcp.writableLength = 1001
    raw.emit('packet')
    expect(raw.closed).toEqual([])
    webSocket.emit('ping')
    expect({ closed: raw.closed, reports }).toEqual({ closed: [true], reports: ['unread'] })
  })

  it('[SG8] is read no further when it has ended, however it did', () => {
    const { raw, tcp } = setUp()
    raw.emit('close', 'forced close')
    expect(tcp.isDestroyed).toBe(true)
  })

  it('[SG12] tells what broke the rules from a line that broke', () => {
    const ends: Readonly<Record<string, (fakes: ReturnType<typeof setUp>) => unknown>> = {
      'too large': ({ webSocket }) => webSocket.emit('error', { code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' }),
      unreadable: ({ raw }) => raw.emit('close', 'parse error'),
      'line broke': ({ webSocket }) => webSocket.emit('error', { code: 'ECONNRESET' }),
      'fell silent': ({ raw }) => raw.emit('close', 'ping timeout'),
      left: ({ raw }) => raw.emit('close', 'transport close'),
    }
    const reported = Object.entries(ends).filter(([, end]) => {
      const fakes = setUp()
      end(fakes)
      return fakes.reports.length > 0
    })
    expect(reported.map(([name]) => name)).toEqual(['too large', 'unreadable'])
  })
})
