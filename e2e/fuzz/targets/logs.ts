/**
 * What peers say to one another to have the same logs: their messages as bytes, proofs that somebody wrote two feeds, and
 * entries as they come. Nothing counts that its author has not signed, and nobody is convicted who wrote one feed.
 */
import { peerIdOf } from '../../../client/src/mesh/identity/peer-key'
import { readProof } from '../../../client/src/mesh/log/fork-proof'
import { decodeLogMessage, encodeLogMessage, type LogMessage } from '../../../client/src/mesh/protocol/log-messages'
import { decodeSignal, encodeSignal } from '../../../client/src/mesh/protocol/payloads'
import { GARDEN, keyOf, openLog, Writer } from '../../../client/src/sim/log-scene'
import { simSignatures } from '../../../client/src/sim/sim-signatures'
import { VirtualClock } from '../../../client/src/sim/virtual-clock'
import type { Dice } from '../dice'
import { isSame } from '../same'
import { expectThat, type Target, target } from '../target'
import { honestLogMessage, honestSignal } from './honest'
import { altered, expectRoundTrip, msgpackValue, read } from './wire'

const [BOB, CAROL, MALLORY] = [keyOf('bob'), keyOf('carol'), keyOf('mallory')]

/** Bob and carol have written one feed each, and refer to one another. */
const BOBS = new Writer(BOB).writeEach(6)
const CAROLS = new Writer(CAROL)
  .write('one', { parents: [{ author: BOB.id, seq: 2 }], lamport: 3 })
  .write('two')
  .write('three', { parents: [{ author: BOB.id, seq: 6 }], lamport: 9 })
const WORDS = [...BOBS.entries, ...CAROLS.entries].map(({ raw }) => raw.body)

/** Mallory has written several. */
const STEM = new Writer(MALLORY).writeEach(4)
const BRANCHES = [STEM.branch(4).writeEach(3), STEM.branch(4).write('no'), STEM.branch(2).write('never').writeEach(5)]
const PROOFS = await Promise.all(
  [
    [0, 1],
    [0, 2],
    [1, 2],
  ].map(async ([a = 0, b = 0]) => {
    const { log } = await openLog(new VirtualClock(), keyOf('alice'))
    for (const index of [a, b]) {
      const segments = [await (BRANCHES[index] ?? STEM).segment(1)]
      await log.receive({ sender: MALLORY, segments, asked: new Map([[MALLORY.id, 1]]) })
    }
    const [proof] = log.proofs
    expectThat(proof !== undefined, 'two branches prove nothing')
    const fork = await readProof(proof, GARDEN, simSignatures)
    expectThat(fork.ok, 'an honest proof is refused')
    return { proof, fork: fork.value }
  }),
)

const SEGMENTS = await Promise.all(
  [BOBS, CAROLS].flatMap((writer) =>
    [1, 2, 3].flatMap((from) => (['own', 'anchored'] as const).map((how) => writer.segment(from, undefined, how))),
  ),
)

/** One message after the other, of any sender, honest or altered. */
function arrivals(
  dice: Dice,
): readonly { readonly sender: number; readonly isAsked: boolean; readonly bytes: Uint8Array }[] {
  return dice.list(1 + dice.below(6), () => {
    const segments = dice.list(1 + dice.below(3), () => dice.pick(SEGMENTS))
    const honest = encodeLogMessage({ kind: 'entries', direct: false, answer: false, segments })
    const bytes = dice.chance(1 / 3) ? honest : altered(dice, () => honest, msgpackValue)
    return { sender: dice.below(3), isAsked: dice.chance(1 / 3), bytes }
  })
}

export const LOGS: readonly Target[] = [
  target({
    name: 'log-messages',
    make: (dice) => altered(dice, () => encodeLogMessage(honestLogMessage(dice)), msgpackValue),
    hold(bytes) {
      const message = read(decodeLogMessage(bytes))
      if (message) expectRoundTrip<LogMessage>(message.value, decodeLogMessage(encodeLogMessage(message.value)))
    },
  }),
  target({
    name: 'signals',
    make: (dice) => altered(dice, () => encodeSignal(honestSignal(dice)), msgpackValue),
    hold(bytes) {
      const signal = read(decodeSignal(bytes))
      if (signal) expectRoundTrip(signal.value, decodeSignal(encodeSignal(signal.value)))
    },
  }),
  target({
    name: 'fork-proofs',
    make(dice) {
      const honest = dice.below(PROOFS.length)
      const { proof = new Uint8Array() } = PROOFS[honest] ?? {}
      return { honest, bytes: altered(dice, () => proof, msgpackValue) }
    },
    async hold({ honest, bytes }) {
      const { proof, fork } = PROOFS[honest] ?? {}
      const judged = read(await readProof(bytes, GARDEN, simSignatures))
      if (!judged) return expectThat(!isSame(bytes, proof), 'an honest proof is refused')
      expectThat(peerIdOf(judged.value.publicKey) === MALLORY.id, 'somebody is convicted who wrote one feed')
      expectThat(isSame(judged.value, fork), 'an altered proof proves something else')
    },
  }),
  target({
    name: 'log-arrivals',
    share: 0.2,
    make: arrivals,
    async hold(arrivals) {
      const open = await openLog(new VirtualClock(), keyOf('alice'))
      for (const { sender, isAsked, bytes } of arrivals) {
        const message = read(decodeLogMessage(bytes))?.value
        if (message?.kind !== 'entries') continue
        const asked = isAsked ? new Map([BOB, CAROL].map(({ id }) => [id, 1])) : undefined
        const { fault } = await open.log.receive({
          sender: [BOB, CAROL, MALLORY][sender] ?? MALLORY,
          segments: message.segments,
          asked,
        })
        expectThat(fault === undefined || fault.length > 0, 'a fault has no words')
      }
      const ids: readonly string[] = open.entries.map(({ id }) => id)
      expectThat(new Set(ids).size === ids.length, 'an entry is told twice')
      for (const words of open.texts()) expectThat(WORDS.includes(words), `nobody has said '${words}'`)
      expectThat(open.entries.length === open.texts().length, 'something is told that nobody has said')
      expectThat(open.forked.length === 0, 'somebody is convicted who wrote one feed')
      for (const { author, seq } of open.entries) {
        const behind = open.entries.filter((entry) => entry.author === author).map((entry) => entry.seq)
        expectThat(behind.indexOf(seq) === seq - 1, 'an entry is told before the one before it')
      }
      const isBefore = (seq: number, carols: number) => {
        const [bob, carol] = [`${BOB.id}.${seq}`, `${CAROL.id}.${carols}`].map((id) => ids.indexOf(id))
        return carol === -1 || (bob !== -1 && (bob ?? 0) < (carol ?? 0))
      }
      expectThat(isBefore(2, 1) && isBefore(6, 3), 'an answer is told before what it answers')
    },
  }),
]
