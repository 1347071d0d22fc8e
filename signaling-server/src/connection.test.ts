import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Backlog, limitRawMessages } from './connection'
import { LIMITS } from './limits'

describe('Backlog', () => {
  it('[SG8] grows with what is written, and is gone when it leaves for the network', () => {
    const connection = new EventEmitter()
    const backlog = new Backlog(connection)
    connection.emit('packetCreate', { type: 'message', data: 'header' })
    connection.emit('packetCreate', { type: 'message', data: new Uint8Array(1000) })
    connection.emit('packetCreate', { type: 'ping' })
    expect(backlog.bytes).toBe(1006)
    connection.emit('flush')
    expect(backlog.bytes).toBe(0)
  })
})

describe('limitRawMessages', () => {
  class FakeConnection extends EventEmitter {
    closed: boolean[] = []
    close(discard = false): void {
      this.closed.push(discard)
    }
  }

  it('[SG7] ends a connection that floods, once, and says so once', () => {
    const connection = new FakeConnection()
    let cutOffs = 0
    const limits = { ...LIMITS, rawMessageBurst: 2, rawMessagesPerSecond: 1 }
    limitRawMessages(connection, { limits, now: () => 0, cutOff: () => cutOffs++ })
    connection.emit('packet')
    connection.emit('packet')
    expect(connection.closed).toEqual([])
    for (let i = 0; i < 10; i++) connection.emit('packet')
    expect({ closed: connection.closed, cutOffs }).toEqual({ closed: [true], cutOffs: 1 })
  })
})
