/**
 * What every way of signaling has to honour, told once: the simulated one, the Socket.IO one and several as one run the
 * same cases. A harness has a server that can be stopped and started, and knows how time passes for it.
 */
import type { Delivery } from '../link/introducer'
import type { Address } from '../protocol/ids'
import type { Signaling, SignalingEvents } from './signaling'

export interface SignalingHarness {
  /** Somebody's port to the one room of this harness; not opened yet. */
  signaling(name: string): Signaling
  id(name: string): Address
  stopServer(): Promise<void>
  startServer(): Promise<void>
  /** Lets time pass until the promise settles; rejects when it does not within some seconds. */
  wait<Value>(promise: Promise<Value>): Promise<Value>
}

export interface SignalingCase {
  readonly name: string
  run(harness: SignalingHarness): Promise<void>
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

const next = <Name extends keyof SignalingEvents>(
  signaling: Signaling,
  event: Name,
  suits: (payload: SignalingEvents[Name]) => boolean = () => true,
): Promise<SignalingEvents[Name]> =>
  new Promise((resolve) => {
    const stop = signaling.on(event, (payload) => {
      if (!suits(payload)) return
      stop()
      resolve(payload)
    })
  })

/** @returns the others that the announcement was answered with */
async function enter(harness: SignalingHarness, signaling: Signaling): Promise<readonly Address[]> {
  const peers = next(signaling, 'peers')
  signaling.open()
  return harness.wait(peers)
}

async function enterBoth(harness: SignalingHarness) {
  const alice = harness.signaling('alice')
  const bob = harness.signaling('bob')
  await enter(harness, alice)
  await enter(harness, bob)
  return { alice, bob }
}

export const signalingContract: readonly SignalingCase[] = [
  {
    name: '[SI1] begins when it is opened, and is connected once it is announced',
    async run(harness) {
      const alice = harness.signaling('alice')
      expect(alice.state.kind === 'connecting', `it began as ${alice.state.kind}`)
      const early = await harness.wait(alice.deliver(harness.id('bob'), Uint8Array.of(1)))
      expect(early === 'unavailable', `before it was opened it answered ${early}`)
      const connected = next(alice, 'state', ({ kind }) => kind === 'connected')
      alice.open()
      await harness.wait(connected)
      expect(alice.state.kind === 'connected', `it calls itself ${alice.state.kind}`)
      alice.close()
    },
  },
  {
    name: '[SI2] is answered with the others in the room',
    async run(harness) {
      const [alice, bob] = [harness.signaling('alice'), harness.signaling('bob')]
      expect((await enter(harness, alice)).length === 0, 'alice was not alone')
      const others = await enter(harness, bob)
      expect(others.join() === harness.id('alice'), `bob was told of ${others.join()}`)
      for (const signaling of [alice, bob]) signaling.close()
    },
  },
  {
    name: '[SI2] hands boxes over as they were sent, each once, with the id of the sender, and says so',
    async run(harness) {
      const { alice, bob } = await enterBoth(harness)
      const boxes: SignalingEvents['box'][] = []
      const sent = Array.from({ length: 10 }, (_, count) => Uint8Array.from({ length: count + 1 }, () => count))
      const all = next(bob, 'box', (box) => boxes.push(box) === sent.length)
      const outcomes = Promise.all(sent.map((box) => alice.deliver(harness.id('bob'), box)))
      expect(
        (await harness.wait(outcomes)).every((outcome) => outcome === 'delivered'),
        'a box was not delivered',
      )
      await harness.wait(all)
      // Boxes may overtake one another; sessions and glare do not depend on their order.
      const arrived = boxes.map(({ box }) => Uint8Array.from(box)).sort((a, b) => a.length - b.length)
      expect(arrived.join(' ') === sent.join(' '), `these boxes arrived: ${arrived.join(' ')}`)
      expect(
        boxes.every(({ from, box }) => from === harness.id('alice') && box instanceof Uint8Array),
        'a box is not bytes from alice',
      )
      for (const signaling of [alice, bob]) signaling.close()
    },
  },
  {
    name: "[SI5] says 'not here' of one who never came, and of one who has gone",
    async run(harness) {
      const { alice, bob } = await enterBoth(harness)
      const deliver = (name: string): Promise<Delivery> =>
        harness.wait(alice.deliver(harness.id(name), Uint8Array.of(1)))
      const never = await deliver('carol')
      expect(never === 'not-here', `of carol it said ${never}`)
      bob.close()
      bob.close()
      // Bob's going travels by another way than alice's boxes, which may be faster.
      let gone: Delivery = 'delivered'
      for (let tries = 0; gone === 'delivered' && tries < 1000; tries++) gone = await deliver('bob')
      expect(gone === 'not-here', `of bob it said ${gone}`)
      alice.close()
    },
  },
  {
    name: '[SI1] announces itself again when the server is back, and knows meanwhile that it is not',
    async run(harness) {
      const { alice, bob } = await enterBoth(harness)
      const lost = [alice, bob].map((signaling) => next(signaling, 'state', ({ kind }) => kind === 'unreachable'))
      await harness.stopServer()
      await harness.wait(Promise.all(lost))
      expect(alice.state.kind === 'unreachable', `without a server it calls itself ${alice.state.kind}`)
      const outcome = await harness.wait(alice.deliver(harness.id('bob'), Uint8Array.of(1)))
      expect(outcome === 'unavailable', `without a server it answered ${outcome}`)

      // Whoever comes back second is told of the first.
      const told = (signaling: Signaling, other: Address) =>
        next(signaling, 'peers', (peers) => peers.includes(other)).then(() => ({ signaling, other }))
      const meeting = Promise.race([told(alice, harness.id('bob')), told(bob, harness.id('alice'))])
      await harness.startServer()
      const { signaling: second, other: first } = await harness.wait(meeting)
      expect(second.state.kind === 'connected', `with a server it calls itself ${second.state.kind}`)
      const again = await harness.wait(second.deliver(first, Uint8Array.of(2)))
      expect(again === 'delivered', `then it answered ${again}`)
      for (const signaling of [alice, bob]) signaling.close()
    },
  },
  {
    name: '[SI1] tells nothing more once it is closed, also when it was never opened',
    async run(harness) {
      const { alice, bob } = await enterBoth(harness)
      const heard: string[] = []
      for (const event of ['state', 'peers', 'box'] as const) bob.on(event, () => heard.push(event))
      bob.close()
      await harness.wait(alice.deliver(harness.id('bob'), Uint8Array.of(1)))
      const lost = next(alice, 'state', ({ kind }) => kind === 'unreachable')
      await harness.stopServer()
      await harness.wait(lost)
      expect(heard.length === 0, `it told ${heard.join()}`)
      const carol = harness.signaling('carol')
      carol.close()
      alice.close()
    },
  },
]
