/**
 * A room with a hostile member in it, in virtual time and by the code that ships: mallory sends any frame, payload, box
 * and introduction, and alice and bob go on talking as if nothing had happened.
 */
import { encodeFrame } from '../../../client/src/mesh/protocol/frames'
import type { NumberedIntroduction } from '../../../client/src/mesh/protocol/introductions'
import { encodePayload } from '../../../client/src/mesh/protocol/payloads'
import { Sim, type SimPeer } from '../../../client/src/sim/sim'
import { Stranger } from '../../../client/src/sim/stranger'
import { mutateBytes } from '../bytes'
import type { Dice } from '../dice'
import { isSame } from '../same'
import { expectThat, type Target, target } from '../target'
import { honestFrame, honestIntroduction, honestPayload } from './honest'

type Step =
  /** what mallory sends over her links */
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  | { readonly kind: 'payload'; readonly bytes: Uint8Array }
  /** what she sends through the server */
  | { readonly kind: 'box'; readonly bytes: Uint8Array }
  | { readonly kind: 'introduction'; readonly introduction: NumberedIntroduction }
  | { readonly kind: 'wait'; readonly ms: number }
  /** alice and bob say something */
  | { readonly kind: 'talk' }

/** What people are told of one who misbehaves: once, or once for each link that she gets. */
const MAX_ERRORS = 12

function step(dice: Dice): Step {
  switch (dice.below(8)) {
    case 0:
      return { kind: 'frame', bytes: encodeFrame(honestFrame(dice)) }
    case 1:
      return { kind: 'frame', bytes: filled(mutateBytes(dice, encodeFrame(honestFrame(dice)))) }
    case 2:
      return { kind: 'payload', bytes: filled(mutateBytes(dice, encodePayload(honestPayload(dice)))) }
    case 3:
      return { kind: 'box', bytes: dice.bytes(dice.count()) }
    case 4:
      return { kind: 'introduction', introduction: honestIntroduction(dice) }
    case 5:
      return { kind: 'wait', ms: dice.pick([10, 100, 1000]) }
    case 6:
      return { kind: 'talk' }
    default:
      return { kind: 'payload', bytes: encodePayload(honestPayload(dice)) }
  }
}

/** What is empty travels nowhere. */
const filled = (bytes: Uint8Array): Uint8Array => (bytes.length > 0 ? bytes : new Uint8Array(1))

export const ROOM: readonly Target[] = [
  target({
    name: 'hostile-room',
    share: 0.05,
    make: (dice) => dice.list(1 + dice.count(30), () => step(dice)),
    async hold(steps) {
      const sim = new Sim({ seed: 1, peers: ['alice', 'bob'] })
      const [alice, bob] = [sim.peer('alice'), sim.peer('bob')]
      alice.room.handle('wren', (body) => body)
      await sim.meshed()
      const mallory = new Stranger(sim, 'mallory')
      await sim.clock.until(() => mallory.linked, 2000)
      await sim.run(200)
      let said = 0
      for (const [index, step] of steps.entries()) {
        if (step.kind !== 'talk') await attack(sim, mallory, alice, step, index + 1)
        else {
          said += 1
          const posted = [alice, bob].map((peer) => peer.room.broadcast({ kind: 'data', data: said }))
          await sim.run(50)
          await Promise.all(posted)
        }
      }
      await sim.run(3000)
      const expected = Array.from({ length: said }, (_, index) => index + 1)
      expectHeard(alice, bob, expected)
      expectHeard(bob, alice, expected)
      const payloads = steps.filter(({ kind }) => kind === 'payload' || kind === 'frame').length
      for (const { id, entries, errors, room } of [alice, bob]) {
        const others = entries.filter(({ author, content }) => author !== id && content.kind === 'data')
        const hers = others.filter(({ author }) => author === mallory.id)
        expectThat(hers.length <= payloads, `${hers.length} entries of mallory`)
        expectThat(others.length === hers.length + said, 'somebody spoke who is not there')
        expectThat(errors.length <= MAX_ERRORS, `people are told ${errors.length} errors`)
        expectThat(room.members().length <= 2, `${room.members().length} members`)
      }
    },
  }),
]

async function attack(
  sim: Sim,
  mallory: Stranger,
  alice: SimPeer,
  step: Exclude<Step, { kind: 'talk' }>,
  seq: number,
): Promise<void> {
  const deliver = async (box: Uint8Array) => {
    const delivered = mallory.signaling.deliver(alice.address, box)
    await sim.run(100)
    await delivered
  }
  switch (step.kind) {
    case 'frame':
      return mallory.saysBytes(step.bytes)
    case 'payload':
      return mallory.says({ kind: 'data', seq, payload: step.bytes })
    case 'box':
      return deliver(step.bytes)
    case 'introduction':
      return deliver(await mallory.sealer.seal(alice.address, step.introduction))
    case 'wait':
      return sim.run(step.ms)
  }
}

function expectHeard(listener: SimPeer, speaker: SimPeer, expected: readonly number[]): void {
  const hers = listener.entries.filter(({ author }) => author === speaker.id)
  const heard = hers.flatMap(({ content }) => (content.kind === 'data' ? [content.data] : []))
  expectThat(isSame(heard, expected), `${JSON.stringify(heard)} was heard of ${JSON.stringify(expected)}`)
  const other = listener.room.members().find(({ id }) => id === speaker.id)
  expectThat(other?.status === 'here' && other.reach === 'direct', `the other is ${other?.status}`)
}
