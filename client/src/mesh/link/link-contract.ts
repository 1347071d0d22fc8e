/**
 * What every link has to honour, told once: the simulated link and the WebRTC link run the same cases.
 * A harness wires two links to one another and knows how time passes for them.
 */
import { MAX_FRAME_BYTES } from '../protocol/limits'
import type { CloseReason, Link } from './link'

export interface LinkHarness {
  /** Two links, caller and callee, whose signals reach one another. */
  pair(): { readonly caller: Link; readonly callee: Link }
  /** Lets time pass until `condition` holds; rejects when it does not within a few seconds. */
  until(condition: () => boolean): Promise<void>
}

export interface LinkCase {
  readonly name: string
  run(harness: LinkHarness): Promise<void>
}

interface Heard {
  opened: number
  readonly frames: Uint8Array[]
  readonly closed: CloseReason[]
}

function listen(link: Link): Heard {
  const heard: Heard = { opened: 0, frames: [], closed: [] }
  link.on('open', () => {
    heard.opened += 1
  })
  link.on('frame', (frame) => {
    expect(heard.opened === 1, 'a frame came before the link was open')
    heard.frames.push(frame)
  })
  link.on('close', (reason) => heard.closed.push(reason))
  return heard
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

async function openPair(harness: LinkHarness) {
  const { caller, callee } = harness.pair()
  const atCaller = listen(caller)
  const atCallee = listen(callee)
  await harness.until(() => atCaller.opened > 0 && atCallee.opened > 0)
  return { caller, callee, atCaller, atCallee }
}

const isSame = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a?.length === b.length && b.every((byte, index) => a[index] === byte)

/** Bytes that differ from place to place, so that a lost or swapped piece shows. */
const patterned = (size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 0xff)

export const linkContract: readonly LinkCase[] = [
  {
    name: '[LK1] opens once on both sides',
    async run(harness) {
      const { caller, callee, atCaller, atCallee } = await openPair(harness)
      expect(caller.state.kind === 'open' && callee.state.kind === 'open', 'a side does not call itself open')
      expect(atCaller.opened === 1 && atCallee.opened === 1, 'a side opened more than once')
    },
  },
  {
    name: '[DI14] tells that it has gathered, once its side is described',
    async run(harness) {
      const { caller, callee } = harness.pair()
      const [atCaller, atCallee] = [caller, callee].map((link) => {
        const told: string[] = []
        link.on('signal', ({ kind }) => told.push(kind))
        link.on('gathered', () => told.push('gathered'))
        return told
      })
      await harness.until(() => [atCaller, atCallee].every((told) => told?.includes('gathered')))
      expect(atCaller?.[0] === 'offer', `the caller told ${atCaller}`)
      expect(atCallee?.[0] === 'answer', `the callee told ${atCallee}`)
    },
  },
  {
    name: '[LK2] carries frames in order, each once, both ways at the same time',
    async run(harness) {
      const { caller, callee, atCaller, atCallee } = await openPair(harness)
      for (let number = 0; number < 200; number++) {
        caller.send(Uint8Array.of(number))
        callee.send(Uint8Array.of(255 - number))
      }
      await harness.until(() => atCaller.frames.length >= 200 && atCallee.frames.length >= 200)
      expect(atCallee.frames.length === 200 && atCaller.frames.length === 200, 'a frame came twice')
      expect(
        atCallee.frames.every((frame, number) => frame[0] === number),
        'the frames of the caller are out of order',
      )
      expect(
        atCaller.frames.every((frame, number) => frame[0] === 255 - number),
        'those of the callee are out of order',
      )
    },
  },
  {
    name: '[LK3] carries the smallest and the largest frames byte for byte, and hands out plain bytes',
    async run(harness) {
      const { caller, atCallee } = await openPair(harness)
      const sizes = [1, 65_534, 65_535, 65_536, 65_537, 262_144, MAX_FRAME_BYTES]
      for (const size of sizes) caller.send(patterned(size))
      await harness.until(() => atCallee.frames.length === sizes.length)
      sizes.forEach((size, index) => {
        const frame = atCallee.frames[index]
        expect(isSame(frame, patterned(size)), `a frame of ${size} bytes did not arrive as sent`)
        expect(frame?.constructor === Uint8Array, `a frame of ${size} bytes is a ${frame?.constructor.name}`)
      })
    },
  },
  {
    name: '[LK4] carries what is sent the moment it opens, and then stands up to a check',
    async run(harness) {
      const { caller, callee } = harness.pair()
      const atCallee = listen(callee)
      const atCaller = listen(caller)
      for (const [link, content] of [
        [caller, 1],
        [callee, 2],
      ] as const) {
        link.on('open', () => {
          link.send(Uint8Array.of(content))
          link.check()
        })
      }
      await harness.until(() => atCallee.frames.length > 0 && atCaller.frames.length > 0)
      expect(isSame(atCallee.frames[0], Uint8Array.of(1)), 'the callee did not get the first frame')
      expect(isSame(atCaller.frames[0], Uint8Array.of(2)), 'the caller did not get the first frame')
    },
  },
  {
    name: '[LK5] tells both sides once that it closed, and why',
    async run(harness) {
      const { caller, callee, atCaller, atCallee } = await openPair(harness)
      caller.close()
      caller.close()
      await harness.until(() => atCaller.closed.length > 0 && atCallee.closed.length > 0)
      expect(atCaller.closed.join() === 'closed', `the closing side said ${atCaller.closed.join()}`)
      expect(atCallee.closed.join() === 'closed-by-peer', `the other side said ${atCallee.closed.join()}`)
      expect(caller.state.kind === 'closed' && callee.state.kind === 'closed', 'a side does not call itself closed')
    },
  },
  {
    name: '[LK6] ignores what is sent, signalled or checked after it closed',
    async run(harness) {
      const { caller, callee, atCallee } = await openPair(harness)
      caller.close()
      caller.send(Uint8Array.of(1))
      caller.check()
      caller.signal({ kind: 'answer', sdp: 'v=0 late' })
      await harness.until(() => atCallee.closed.length > 0)
      callee.send(Uint8Array.of(2))
      expect(atCallee.frames.length === 0, 'a frame came from a closed link')
    },
  },
  {
    name: '[LK7] closes as failed on a signal that is nonsense, and never throws',
    async run(harness) {
      const { caller, callee } = harness.pair()
      const atCallee = listen(callee)
      callee.signal({ kind: 'offer', sdp: 'v=0 this is no description' })
      await harness.until(() => atCallee.closed.length > 0)
      expect(atCallee.closed.join() === 'failed', `it said ${atCallee.closed.join()}`)
      caller.close()
    },
  },
  {
    name: '[LK8] can be closed before it opens',
    async run(harness) {
      const { caller, callee } = harness.pair()
      const atCaller = listen(caller)
      caller.close()
      await harness.until(() => atCaller.closed.length > 0)
      expect(atCaller.closed.join() === 'closed' && atCaller.opened === 0, 'it did not just close')
      callee.close()
    },
  },
]
