/** Holds the stand-in stream to what simple-peer and the WebRTC link lean on. */
import { describe, expect, it } from 'vitest'
import { Duplex, type Written } from './readable-stream'

/** A channel that keeps what it got until the test says that it has drained. */
class Channel extends Duplex {
  readonly sent: Uint8Array[] = []
  readonly heard: string[] = []
  full = false
  broken = false
  written: Written | undefined

  constructor() {
    super({ objectMode: true })
    for (const event of ['drain', 'error', 'finish'] as const) this.on(event, () => this.heard.push(event))
  }

  override _write(piece: Uint8Array, _encoding: undefined, written: Written): void {
    if (this.broken) return written(new Error('closed'))
    this.sent.push(piece)
    if (this.full) this.written = written
    else written(null)
  }
}

const piece = Uint8Array.of(1, 2, 3)

describe('the stream under simple-peer', () => {
  it('takes pieces at once while the channel has room', () => {
    const channel = new Channel()
    expect(channel.write(piece)).toBe(true)
    expect(channel.write(piece)).toBe(true)
    expect(channel.sent).toEqual([piece, piece])
    expect(channel.heard).toEqual([])
  })

  it('says that the channel is full, and once when it has drained', () => {
    const channel = new Channel()
    channel.full = true
    expect(channel.write(piece)).toBe(false)
    expect(() => channel.write(piece)).toThrow('drained')
    channel.full = false
    channel.written?.(null)
    expect(channel.heard).toEqual(['drain'])
    expect(channel.write(piece)).toBe(true)
  })

  it('can be written to from within a drain', () => {
    const channel = new Channel()
    channel.full = true
    channel.on('drain', () => channel.write(piece))
    channel.write(piece)
    channel.full = false
    channel.written?.(null)
    expect(channel.sent).toHaveLength(2)
  })

  it('reports a piece that could not be written', () => {
    const channel = new Channel()
    channel.broken = true
    channel.write(piece)
    expect(channel.heard).toEqual(['error'])
  })

  it('hands out what arrives as it is, and notes the end of both sides', () => {
    const channel = new Channel()
    const arrived: unknown[] = []
    channel.on('data', (message: unknown) => arrived.push(message))
    channel.push(piece)
    channel.push(null)
    channel.end()
    expect(arrived).toEqual([piece])
    expect(channel._readableState.ended).toBe(true)
    expect(channel._writableState.finished).toBe(true)
    expect(channel.heard).toEqual(['finish'])
  })
})
