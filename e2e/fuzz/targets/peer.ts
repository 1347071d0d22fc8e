/**
 * A hostile member: alice deals with bob in virtual time by the code that ships, and bob says anything, in any order,
 * over one link after the other.
 */
import { decodeFrame, encodeFrame } from '../../../client/src/mesh/protocol/frames'
import { bobsKey, carolsKey, HELLO, recordOf, Scene } from '../../../client/src/sim/scene'
import { mutateBytes } from '../bytes'
import type { Dice } from '../dice'
import { expectThat, type Target, target } from '../target'
import { honestFrame } from './honest'

/** What bob, or time, does next. */
type Step =
  | { readonly kind: 'link' }
  | { readonly kind: 'hello'; readonly of: 'bob' | 'carol'; readonly revision: number }
  | { readonly kind: 'says'; readonly bytes: Uint8Array }
  | { readonly kind: 'push' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'close' }

/** Carol's record is well signed, and no other is hers. */
const KEYS = { bob: bobsKey, carol: carolsKey }

/** Frames that bob's present link brings him: answers, and a ping for each second that passes. */
const MAX_FRAMES_HEARD = 2000

function step(dice: Dice): Step {
  switch (dice.below(12)) {
    case 0:
      return dice.pick([{ kind: 'link' }, { kind: 'close' }])
    case 1:
      return { kind: 'hello', of: dice.chance(1 / 4) ? 'carol' : 'bob', revision: dice.below(5) }
    case 2:
      return { kind: 'push' }
    case 3:
      return { kind: 'wait', ms: dice.pick([1, 100, 1000, 1000, 5000, 40_000]) }
    default:
      return { kind: 'says', bytes: dice.chance(1 / 2) ? encodeFrame(honestFrame(dice)) : hostileFrame(dice) }
  }
}

function hostileFrame(dice: Dice): Uint8Array {
  const bytes = mutateBytes(dice, encodeFrame(honestFrame(dice)))
  // An empty frame travels on no link.
  return bytes.length === 0 ? new Uint8Array(1) : bytes
}

/** The highest number that bob acknowledges, in any way. */
function acknowledged(step: Step): number {
  const frame = step.kind === 'says' ? decodeFrame(step.bytes) : undefined
  if (!frame?.ok) return 0
  if (frame.value.kind === 'ack') return frame.value.seq
  return frame.value.kind === 'hello' ? (frame.value.received?.seq ?? 0) : 0
}

async function take(scene: Scene, step: Step): Promise<void> {
  const bobsEnd = scene.links?.[1]
  switch (step.kind) {
    case 'link':
      await scene.link()
      return
    case 'hello':
      return bobsEnd?.send(encodeFrame({ ...HELLO, record: await recordOf(step.of, step.revision, KEYS[step.of]) }))
    case 'says':
      return bobsEnd?.send(step.bytes)
    case 'push':
      return scene.push('hi')
    case 'wait':
      return scene.clock.run(step.ms)
    case 'close':
      return bobsEnd?.close()
  }
}

export const PEER: readonly Target[] = [
  target({
    name: 'hostile-member',
    share: 0.1,
    make: (dice): readonly Step[] => {
      const start: Step[] = dice.chance(7 / 8) ? [{ kind: 'link' }, { kind: 'hello', of: 'bob', revision: 1 }] : []
      return [...start, ...dice.list(1 + dice.count(40), () => step(dice))]
    },
    async hold(steps) {
      const scene = new Scene()
      let pushed = 0
      for (const step of steps) {
        // To one who is not expected nothing is said: the room refuses it.
        if (step.kind === 'push' && !scene.bob.expected) continue
        if (step.kind === 'push') pushed += 1
        await take(scene, step)
      }
      await scene.clock.run(100)
      const { bob } = scene
      expectThat(scene.payloads.length <= steps.length, 'more was handed on than was said')
      expectThat(scene.heard.length <= MAX_FRAMES_HEARD, `${scene.heard.length} frames answer ${steps.length}`)
      const name = bob.member?.name
      expectThat(name === undefined || name === 'bob', `somebody else's record is taken for bob's: ${name}`)
      expectThat(scene.settled.length <= pushed, 'a message was settled twice')
      const delivered = scene.settled.filter((words) => words === 'hi').length
      expectThat(delivered <= Math.max(0, ...steps.map(acknowledged)), 'what nobody acknowledged counts as delivered')
      // Whatever he did: once he is gone, whoever waits for him is told, and nothing is left to wait for.
      scene.links?.[1].close()
      await scene.clock.run(120_000)
      expectThat(
        scene.settled.length === pushed,
        `${pushed - scene.settled.length} of ${pushed} messages wait for ever`,
      )
      expectThat(!bob.session.waiting, 'something waits for one who is gone')
    },
  }),
]
