import { describe, expect, it } from 'vitest'
import { type Holder, keyOf, LogScene, Writer } from '../../sim/log-scene'
import { seededRandom } from '../../sim/seeded-random'
import {
  ENTRIES_FRAME_BYTES,
  ENTRIES_PER_SECOND,
  ENTRY_BURST,
  MAX_FEEDS,
  MAX_WANTED_FEEDS,
  TOLD_FEED_BURST,
  WANTED_FEED_BURST,
  WANTED_FEEDS_PER_SECOND,
} from '../protocol/limits'
import { type LogMessage, SHORT_HASH_BYTES } from '../protocol/log-messages'
import { type Millis, seconds } from '../runtime/clock'
import { digestEntry } from './entry-codec'
import { NO_HASH } from './feeds'
import { type Branch, encodeProof } from './fork-proof'

const text = (words: string) => ({ kind: 'text', text: words }) as const

async function gather(...names: readonly string[]): Promise<{ scene: LogScene; holders: readonly Holder[] }> {
  const scene = new LogScene()
  const holders = await Promise.all(names.map((name) => scene.join(name)))
  for (const [index, one] of names.entries()) for (const other of names.slice(index + 1)) scene.link(one, other)
  return { scene, holders }
}

const say = (holder: Holder, ...words: readonly string[]) =>
  Promise.all(words.map((one) => holder.log.write(text(one))))

/** Everybody holds the same, and that is `count` texts. */
async function expectSame(scene: LogScene, count: number): Promise<void> {
  const [first = [], ...others] = await scene.remembered()
  expect(first).toHaveLength(count)
  for (const other of others) expect(other).toEqual(first)
}

const kinds = (scene: LogScene, from: string, to: string) =>
  scene.said.filter((said) => said.from === from && said.to === to).map(({ message }) => message.kind)

describe('what somebody says', () => {
  it('[LM3] [LM2] goes out at once to all who are linked, and is acknowledged within moments', async () => {
    const { scene, holders } = await gather('alice', 'bob', 'carol')
    const [alice, bob, carol] = holders as [Holder, Holder, Holder]
    await scene.run(seconds(1))
    const from = scene.said.length
    await say(alice, 'hello')
    await scene.run(10)
    expect([bob.texts(), carol.texts()]).toEqual([['hello'], ['hello']])
    await scene.run(100)
    expect(alice.receipts.map(({ by }) => by).sort()).toEqual([bob.key.id, carol.key.id].sort())
    expect([bob.key.id, carol.key.id].map((id) => alice.exchange.reached(id))).toEqual([1, 1])
    await scene.run(seconds(5))
    // Nobody asks for what everybody has, and nobody tells what everybody knows.
    const kindsSaid = scene.said.slice(from).map(({ message }) => message.kind)
    expect(kindsSaid.filter((kind) => kind === 'entries')).toHaveLength(2)
    expect(kindsSaid).not.toContain('want')
    expect(kindsSaid.length).toBeLessThanOrEqual(8)
  })

  it('[LM2] is acknowledged together when there is much of it', async () => {
    const { scene, holders } = await gather('alice', 'bob')
    const [alice, bob] = holders as [Holder, Holder]
    await scene.run(seconds(1))
    const from = scene.said.length
    for (let count = 0; count < 1000; count++) {
      await say(alice, `${count}`)
      await scene.run(1)
    }
    await scene.run(seconds(1))
    expect(alice.receipts.at(-1)).toEqual({ by: bob.key.id, upTo: 1000 })
    const told = scene.said.slice(from).filter(({ from, message }) => from === 'bob' && message.kind === 'have')
    expect(told.length).toBeLessThan(700)
  })

  it('[LG3] at the same time as others is in one order everywhere', async () => {
    const { scene, holders } = await gather('alice', 'bob', 'carol', 'dave')
    await scene.run(seconds(1))
    for (let round = 0; round < 25; round++) {
      await Promise.all(holders.map((holder, index) => say(holder, `${index} ${round}`)))
      await scene.run(round % 7)
    }
    await scene.run(seconds(2))
    await expectSame(scene, 100)
    for (const holder of holders) expect(new Set(holder.texts()).size).toBe(100)
    for (const holder of holders) expect(holder.offences).toEqual([])
  })

  it('[LM3] of which pushes were lost comes when it is asked for', async () => {
    const { scene, holders } = await gather('alice', 'bob', 'carol')
    const [alice, bob] = holders as [Holder, Holder]
    await scene.run(seconds(1))
    const random = seededRandom(3)
    scene.loses = ({ message }) => message.kind === 'entries' && !message.answer && random.fraction() < 0.5
    for (let count = 0; count < 40; count++) {
      await say(count % 2 === 0 ? alice : bob, `${count}`)
      await scene.run(20)
    }
    scene.loses = () => false
    await scene.run(seconds(3))
    await expectSame(scene, 40)
  })

  it('[LM2] of which anything may be lost, and twice, comes all the same within two minutes', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { scene, holders } = await gather('alice', 'bob', 'carol', 'dave')
      await scene.run(seconds(1))
      const random = seededRandom(seed)
      scene.loses = () => random.fraction() < 0.3
      for (let count = 0; count < 40; count++) {
        const holder = holders[count % 4]
        if (holder) await say(holder, `${count}`)
        await scene.run(50)
      }
      scene.loses = () => false
      await scene.run(seconds(120))
      await expectSame(scene, 40)
      for (const holder of holders) expect(holder.entries.length, `seed ${seed}`).toBe(40)
    }
  })

  it('[LM3] is not sent to one whose link is full, who is told of it and asks when there is room', async () => {
    const { scene, holders } = await gather('alice', 'bob')
    const [alice, bob] = holders as [Holder, Holder]
    await scene.run(seconds(1))
    alice.queued = 3 * ENTRIES_FRAME_BYTES
    await say(alice, 'one')
    await scene.run(seconds(5))
    expect(bob.texts()).toEqual([])
    expect(kinds(scene, 'alice', 'bob')).not.toContain('entries')
    alice.queued = 0
    await scene.run(100)
    expect(bob.texts()).toEqual(['one'])
  })
})

describe('whoever comes later', () => {
  it('[LG1] [LM3] reads all of it, in order, from one who holds it, and is told of nobody twice', async () => {
    const { scene, holders } = await gather('alice', 'bob')
    const [alice, bob] = holders as [Holder, Holder]
    for (let count = 0; count < 300; count++) await say(count % 3 ? alice : bob, `${count}`)
    await scene.run(seconds(2))
    const carol = await scene.join('carol')
    scene.link('carol', 'alice')
    scene.link('carol', 'bob')
    await scene.run(seconds(3))
    await expectSame(scene, 300)
    expect(carol.entries).toHaveLength(300)
    const asked = scene.said.filter(({ from, message }) => from === 'carol' && message.kind === 'want')
    expect(asked.length).toBeLessThanOrEqual(3)
  })

  it('[LM3] [LG3] reads megabytes a piece at a time, each behind what it refers to', async () => {
    const { scene, holders } = await gather('alice', 'bob')
    const [alice, bob] = holders as [Holder, Holder]
    for (let count = 0; count < 60; count++) {
      await say(count % 2 ? alice : bob, `${count} ${'x'.repeat(30_000)}`)
      await scene.run(20)
    }
    await scene.run(seconds(1))
    const carol = await scene.join('carol')
    scene.link('carol', 'bob')
    await scene.run(seconds(3))
    expect(carol.texts()).toEqual(bob.texts())
    const sizes = scene.said.flatMap(({ to, message }) =>
      to === 'carol' && message.kind === 'entries'
        ? [message.segments.reduce((sum, { entries }) => sum + entries.reduce((all, { length }) => all + length, 0), 0)]
        : [],
    )
    expect(sizes.length).toBeGreaterThan(10)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(ENTRIES_FRAME_BYTES)
  })

  it('[LG1] while others talk misses nothing', async () => {
    const { scene, holders } = await gather('alice', 'bob')
    const [alice, bob] = holders as [Holder, Holder]
    for (let count = 0; count < 200; count++) {
      await say(count % 2 ? alice : bob, `${count}`)
      await scene.run(10)
      if (count !== 100) continue
      await scene.join('carol')
      scene.link('carol', 'alice')
    }
    await scene.run(seconds(3))
    await expectSame(scene, 200)
  })

  it('[LG1] hears of those who are gone from those who are not linked with one another', async () => {
    const scene = new LogScene()
    const [alice, bob] = [await scene.join('alice'), await scene.join('bob')]
    scene.link('alice', 'bob')
    await say(alice, 'before I go')
    await scene.run(100)
    scene.unlink('alice', 'bob')
    await scene.join('carol')
    scene.link('bob', 'carol')
    await scene.join('dave')
    scene.link('carol', 'dave')
    await say(bob, 'alice was here')
    await scene.run(seconds(5))
    for (const name of ['bob', 'carol', 'dave'])
      expect(await scene.holder(name).remembered()).toEqual(['before I go', 'alice was here'])
  })

  it('[LG1] after minutes apart, both halves have all, told once', async () => {
    const { scene, holders } = await gather('alice', 'bob', 'carol', 'dave')
    await scene.run(seconds(1))
    const cross = ['alice', 'bob'].flatMap((one) => ['carol', 'dave'].map((other) => [one, other] as const))
    for (const pair of cross) scene.unlink(...pair)
    for (let round = 0; round < 50; round++) {
      await Promise.all(holders.map((holder, index) => say(holder, `${index} ${round}`)))
      await scene.run(seconds(2))
    }
    for (const pair of cross) scene.link(...pair)
    await scene.run(seconds(3))
    await expectSame(scene, 200)
    for (const holder of holders) expect(holder.entries).toHaveLength(200)
  })
})

describe('what is not held any more', () => {
  const limits = { entries: 100, bytes: 1e9 }

  async function talk(scene: LogScene, holders: readonly Holder[], rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (const [index, holder] of holders.entries()) await say(holder, `${index} ${round}`)
      await scene.run(20)
    }
    await scene.run(seconds(1))
  }

  async function few(scene: LogScene, ...names: readonly string[]): Promise<readonly Holder[]> {
    const holders = await Promise.all(names.map((name) => scene.join(name, { limits })))
    for (const [index, one] of names.entries()) for (const other of names.slice(index + 1)) scene.link(one, other)
    return holders
  }

  it('[LG12] is the same for all, and whoever comes later begins where they do', async () => {
    const scene = new LogScene()
    const holders = await few(scene, 'alice', 'bob')
    await talk(scene, holders, 200)
    const carol = await scene.join('carol')
    scene.link('carol', 'alice')
    await scene.run(seconds(3))
    const [alices = [], , carols = []] = await scene.remembered()
    expect(carols.length).toBeGreaterThan(80)
    expect(alices.slice(-carols.length)).toEqual(carols)
    expect(await carol.log.history(undefined, 1000)).toMatchObject({ more: false, complete: false })
    await say(carol, 'thank you')
    await scene.run(seconds(1))
    for (const remembered of await scene.remembered()) expect(remembered.at(-1)).toBe('thank you')
  })

  it('[LG12] does not keep what refers to it from whoever comes later, also when nothing of its author is left', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const scene = new LogScene(seed)
      const [dave, ...holders] = await few(scene, 'dave', 'alice', 'bob')
      if (!dave) throw new Error('dave is there')
      await talk(scene, [dave, ...holders], 1)
      await talk(scene, holders, 40 + seed)
      const carol = await scene.join('carol')
      scene.link('carol', 'alice')
      await scene.run(seconds(5))
      expect(carol.log.waiting, `seed ${seed}`).toBe(0)
      expect((await carol.remembered()).at(-1)).toBe((await holders[0]?.remembered())?.at(-1))
    }
  })

  it('[LG12] is jumped over by who was away for long, and what had been held before is let go', async () => {
    const scene = new LogScene()
    const holders = await few(scene, 'alice', 'bob', 'carol')
    await talk(scene, holders, 10)
    for (const other of ['alice', 'bob']) scene.unlink('carol', other)
    await talk(scene, holders.slice(0, 2), 300)
    for (const other of ['alice', 'bob']) scene.link('carol', other)
    // What is held is not given up for what is behind a gap as long as somebody may come who has what is between.
    await scene.run(seconds(60))
    const carol = scene.holder('carol')
    expect(await carol.remembered()).toHaveLength(30)
    await scene.run(seconds(70))
    const [alice] = holders
    expect(carol.log.feed(holders[0]?.key.id ?? carol.key.id)?.head).toBe(alice?.log.feed(alice.key.id)?.head)
    expect((await carol.remembered()).slice(-50)).toEqual((await alice?.remembered())?.slice(-50))
    await say(carol, 'I am back')
    await scene.run(seconds(1))
    for (const remembered of await scene.remembered()) expect(remembered.at(-1)).toBe('I am back')
  })

  it('[LG12] is had from somebody else who holds it', async () => {
    const scene = new LogScene()
    const [alice] = await few(scene, 'alice')
    const bob = await scene.join('bob')
    scene.link('alice', 'bob')
    if (!alice) throw new Error('alice is there')
    await talk(scene, [alice], 300)
    expect((await alice.remembered()).length).toBeLessThanOrEqual(100)
    expect(await bob.remembered()).toHaveLength(300)
    const carol = await scene.join('carol')
    scene.link('carol', 'alice')
    scene.link('carol', 'bob')
    await scene.run(seconds(3))
    expect(await carol.remembered()).toHaveLength(300)
  })
})

describe('two feeds under one key', () => {
  /** Mallory writes several feeds, and each of some people is given one of them. */
  async function split(names: readonly string[], branches: readonly Writer[]): Promise<LogScene> {
    const scene = new LogScene()
    for (const [index, name] of names.entries()) {
      const holder = await scene.join(name)
      const branch = branches[index % branches.length]
      if (!branch) continue
      const sender = { id: branch.id, publicKey: branch.key.publicKey }
      const count = branch.entries.length
      const starts = Array.from({ length: Math.ceil(count / 400) }, (_, index) => 1 + 400 * index)
      const segments = await Promise.all(starts.map((from) => branch.segment(from, Math.min(from + 399, count))))
      await holder.log.receive({ sender, segments })
      await say(holder, `${name} has read it`)
    }
    for (const [index, one] of names.entries()) for (const other of names.slice(index + 1)) scene.link(one, other)
    return scene
  }

  const mallory = keyOf('mallory')
  const stem = () => new Writer(mallory).writeEach(6)

  it.each([
    ['at the end', () => [stem().write('yes'), stem().write('no')]],
    ['of different lengths', () => [stem().write('yes'), stem().write('no').writeEach(30)]],
    ['from the first on', () => [new Writer(mallory).write('yes'), new Writer(mallory).write('no').writeEach(9)]],
    [
      'three times',
      () => [
        stem().write('yes'),
        stem().branch(4).write('no').writeEach(4),
        stem().branch(2).write('never').writeEach(9),
      ],
    ],
    ['four times at one place', () => ['yes', 'no', 'maybe', 'never'].map((words) => stem().write(words).writeEach(3))],
    [
      'far before its end',
      () => [
        stem().writeEach(700).branch(20).write('yes').writeEach(1200),
        stem().writeEach(14).write('no').writeEach(1200),
      ],
    ],
  ])('[LG8] [LG9] that part %s: everybody ends up with the same, and is told once more or less', async (_, make) => {
    const branches = make()
    const scene = await split(['alice', 'bob', 'carol', 'dave'], branches)
    await scene.run(seconds(180))
    const [first = [], ...others] = await scene.remembered()
    for (const other of others) expect(other).toEqual(first)
    for (const { forked, log, offences } of scene.holders) {
      expect(forked.length).toBeGreaterThan(0)
      expect(forked.length).toBeLessThanOrEqual(branches.length)
      expect(log.feed(mallory.id)?.fork?.seq).toBe(scene.holder('alice').log.feed(mallory.id)?.fork?.seq)
      expect(offences).toEqual([])
    }
    const stays = (await scene.remembered()).flat().filter((words) => ['yes', 'no', 'maybe', 'never'].includes(words))
    expect(stays).toEqual([])
    expect(first.filter((words) => words.includes('has read it'))).toHaveLength(4)
    // And nobody goes on asking.
    const before = scene.said.length
    await scene.run(seconds(30))
    expect(scene.said.slice(before).filter(({ message }) => message.kind === 'want').length).toBeLessThanOrEqual(4)
  })

  it('[LG9] are told to whoever comes later, who takes what is left of them', async () => {
    const scene = await split(['alice', 'bob'], [stem().write('yes'), stem().write('no')])
    await scene.run(seconds(10))
    const erin = await scene.join('erin')
    scene.link('erin', 'alice')
    await scene.run(seconds(5))
    expect(await erin.remembered()).toEqual(await scene.holder('alice').remembered())
    expect(await erin.remembered()).toHaveLength(8)
    expect(erin.log.feed(mallory.id)?.fork).toBeDefined()
  })

  it('[LG8] are found where one of the two lets the beginning go, and nobody asks for ever', async () => {
    const scene = new LogScene()
    const [one, other] = [stem().write('yes').writeEach(300), stem().write('no').writeEach(300)]
    for (const [name, writer] of [
      ['alice', one],
      ['bob', other],
    ] as const) {
      const holder = await scene.join(name, { limits: { entries: name === 'alice' ? 50 : 1000, bytes: 1e9 } })
      const segments = [await writer.segment(1, 200), await writer.segment(201, 260), await writer.segment(261)]
      await holder.log.receive({ sender: { id: writer.id, publicKey: writer.key.publicKey }, segments })
    }
    scene.link('alice', 'bob')
    await scene.run(seconds(100))
    for (const { log, forked } of scene.holders) {
      expect(forked.length).toBeGreaterThan(0)
      expect(log.feed(mallory.id)?.fork).toBeDefined()
    }
    expect(await scene.holder('alice').remembered()).toEqual(await scene.holder('bob').remembered())
    expect(scene.said.filter(({ message }) => message.kind === 'want').length).toBeLessThan(20)
  })
})

describe('somebody who does not keep to it', () => {
  /** Alice and bob, and mallory, whose messages a test writes. */
  async function setUp() {
    const { scene, holders } = await gather('alice', 'bob')
    const mallory = scene.hand('mallory')
    for (const name of ['alice', 'bob']) scene.link('mallory', name)
    await scene.run(seconds(1))
    const [alice, bob] = holders as [Holder, Holder]
    return { scene, alice, bob, mallory }
  }

  const claim = (writer: Pick<Writer, 'id'>, head: number, floor = 1): LogMessage => ({
    kind: 'have',
    direct: false,
    full: false,
    feeds: [{ author: writer.id, floor, head, hash: new Uint8Array(SHORT_HASH_BYTES) }],
  })

  const wantsOf = (heard: readonly LogMessage[]) => heard.filter(({ kind }) => kind === 'want').length

  /** Alice and bob understand each other as if she was not there. */
  async function expectTalk(scene: LogScene, within: Millis = seconds(1)): Promise<void> {
    const count = (await scene.remembered())[0]?.length ?? 0
    for (const holder of scene.holders) await say(holder, 'still here')
    await scene.run(within)
    await expectSame(scene, count + 2)
  }

  it('[LM4] claims to have what she never gives: she is asked less and less, and others are asked meanwhile', async () => {
    const { scene, bob, mallory } = await setUp()
    const carol = keyOf('carol')
    scene.says('mallory', 'alice', claim(carol, 1000))
    scene.says('mallory', 'alice', claim(bob.key, 1000))
    await scene.run(seconds(20))
    await expectTalk(scene)
    await scene.run(seconds(600))
    expect(wantsOf(mallory.heard)).toBeGreaterThan(1)
    expect(wantsOf(mallory.heard)).toBeLessThan(25)
  })

  it('[LM4] holds a question up for ten seconds at most: then somebody else is asked', async () => {
    const { scene, mallory } = await setUp()
    const writers = ['dave', 'erin', 'frank'].map((name) => new Writer(keyOf(name)).writeEach(3))
    for (const writer of writers) scene.says('mallory', 'alice', claim(writer, 3))
    await scene.run(100)
    expect(wantsOf(mallory.heard)).toBe(1)
    for (const writer of writers) {
      const sender = { id: keyOf('carol').id, publicKey: keyOf('carol').publicKey }
      await scene.holder('bob').log.receive({ sender, segments: [await writer.segment(1)] })
    }
    await scene.run(seconds(12))
    expect(await scene.holder('alice').remembered()).toHaveLength(9)
  })

  it('[LM4] answers with nothing, or with what nobody asked for, and nobody is the worse for it', async () => {
    const { scene, mallory } = await setUp()
    const carol = new Writer(keyOf('carol')).writeEach(5)
    scene.says('mallory', 'alice', claim(carol, 5))
    for (let count = 0; count < 50; count++) {
      await scene.run(20)
      scene.says('mallory', 'alice', { kind: 'entries', direct: false, answer: true, segments: [] })
    }
    expect(wantsOf(mallory.heard)).toBeLessThan(10)
    await expectTalk(scene)
  })

  it('[LM5] forges, repeats, leaves out and turns round: it is noted, and nothing of it counts', async () => {
    const { scene, alice, bob, mallory } = await setUp()
    const carol = new Writer(keyOf('carol')).writeEach(6)
    await say(bob, 'one', 'two')
    await scene.run(100)
    const honest = await carol.segment(1)
    const wrong = [
      { ...honest, signature: new Uint8Array(64) },
      { ...honest, previous: new Uint8Array(32).fill(1) },
      { ...honest, publicKey: bob.key.publicKey },
      { ...honest, publicKey: undefined },
      { ...honest, entries: [...honest.entries].reverse() },
      { ...honest, entries: [Uint8Array.of(0xc1)] },
    ]
    for (const segment of wrong) {
      for (const answer of [false, true])
        scene.says('mallory', 'alice', { kind: 'entries', direct: false, answer, segments: [segment] })
    }
    await scene.run(seconds(5))
    expect(alice.offences.length).toBeGreaterThanOrEqual(wrong.length)
    expect(new Set(alice.offences.map(({ peer }) => peer))).toEqual(new Set([mallory.key.id]))
    expect(alice.log.feed(carol.id)).toBeUndefined()
    expect(await alice.remembered()).toEqual(['one', 'two'])
    await expectTalk(scene)
  })

  it('[LG8] sends proofs that prove nothing, which is noted', async () => {
    const { scene, alice, mallory } = await setUp()
    for (const proof of [new Uint8Array(), Uint8Array.of(0x90)])
      scene.says('mallory', 'alice', { kind: 'forks', direct: false, proofs: [proof] })
    await scene.run(100)
    expect(alice.offences).toMatchObject([{ peer: mallory.key.id }, { peer: mallory.key.id }])
    expect(alice.forked).toEqual([])
  })

  it('[LG9] [LM6] sends proofs against keys that nobody knows: nothing is kept of them, and nobody is told', async () => {
    const { scene, alice, mallory } = await setUp()
    const before = scene.said.length
    for (let index = 0; index < 30; index++) {
      const key = keyOf(`nobody ${index}`)
      const branch = async (words: string): Promise<Branch> => {
        const { entries, signature } = await new Writer(key).write(words).unit(1)
        return { previous: NO_HASH, digests: entries.map(({ bytes }) => digestEntry(bytes)), signature }
      }
      const proofs = [encodeProof(key.publicKey, 1, await branch('yes'), await branch('no'))]
      scene.says('mallory', 'alice', { kind: 'forks', direct: false, proofs })
    }
    await scene.run(seconds(1))
    expect(alice.log.feeds).toEqual([])
    expect(alice.offences).toEqual([])
    expect(
      scene.said.slice(before).filter(({ from, message }) => from !== 'mallory' && message.kind === 'forks'),
    ).toEqual([])
    // Those that are malformed are looked at no more often than others.
    for (let index = 0; index < 30; index++)
      scene.says('mallory', 'alice', { kind: 'forks', direct: false, proofs: [Uint8Array.of(0x90)] })
    await scene.run(100)
    expect(alice.offences.length).toBeLessThan(3)
    expect(mallory.heard.filter(({ kind }) => kind === 'forks')).toEqual([])
  })

  it('[LM5] sends more entries than anybody looks at, and all of them arrive in the end', async () => {
    const { scene, alice, mallory } = await setUp()
    const writer = new Writer(mallory.key).writeEach(ENTRY_BURST + 500)
    for (let seq = 1; seq <= writer.entries.length; seq += 50) {
      const segments = await Promise.all(
        Array.from({ length: 50 }, (_, index) => writer.segment(seq + index, seq + index, 'own')),
      )
      scene.says('mallory', 'alice', { kind: 'entries', direct: false, answer: false, segments })
    }
    await scene.run(100)
    expect(alice.log.feed(mallory.key.id)?.head).toBeLessThan(writer.entries.length)
    expect(alice.offences).toEqual([])
    const want = mallory.heard.find((message) => message.kind === 'want')
    expect(want).toMatchObject({ feeds: [{ author: mallory.key.id, from: ENTRY_BURST + 1 }] })
    await expectTalk(scene, seconds(5))
  })

  it('[LM5] claims more feeds than anybody compares: what she says beyond counts when she says it again', async () => {
    const { scene, mallory } = await setUp()
    const dave = new Writer(keyOf('dave')).writeEach(1)
    const invented = Array.from({ length: MAX_FEEDS }, (_, index) => keyOf(`nobody ${index % 100}`))
    const feeds = invented.map(({ id }) => ({ author: id, floor: 5, head: 2, hash: new Uint8Array(SHORT_HASH_BYTES) }))
    for (let told = 0; told < TOLD_FEED_BURST; told += feeds.length)
      scene.says('mallory', 'alice', { kind: 'have', direct: false, full: false, feeds })
    scene.says('mallory', 'alice', claim(dave, 1))
    await scene.run(seconds(3))
    expect(wantsOf(mallory.heard)).toBe(0)
    scene.says('mallory', 'alice', claim(dave, 1))
    await scene.run(100)
    expect(wantsOf(mallory.heard)).toBe(1)
    await expectTalk(scene)
  })

  it('[LM2] sends what is out of place, and what belongs before it in the same moment: nobody takes her to have more', async () => {
    const { scene, alice, mallory } = await setUp()
    const dave = new Writer(keyOf('dave')).writeEach(3)
    const segments = [await dave.segment(2), await dave.segment(1, 3)]
    scene.says('mallory', 'alice', { kind: 'entries', direct: false, answer: false, segments })
    await scene.run(seconds(1))
    expect(alice.log.feed(dave.id)?.head).toBe(3)
    expect(wantsOf(mallory.heard)).toBe(0)
    // She is told of it, since she said nothing of it herself.
    const told = mallory.heard.flatMap((message) => (message.kind === 'have' ? message.feeds : []))
    expect(told).toContainEqual(expect.objectContaining({ author: dave.id, head: 3 }))
  })

  it('[LM6] [LM4] says that what somebody has is other than what is held, and is asked for it a few times, not for ever', async () => {
    const { scene, alice, bob, mallory } = await setUp()
    await say(bob, 'one', 'two')
    await scene.run(seconds(1))
    for (let count = 0; count < 200; count++) {
      scene.says('mallory', 'alice', claim(bob.key, 2))
      await scene.run(50)
      scene.says('mallory', 'alice', { kind: 'entries', direct: false, answer: true, segments: [] })
      await scene.run(50)
    }
    expect(wantsOf(mallory.heard)).toBeLessThan(20)
    expect(alice.forked).toEqual([])
    await expectTalk(scene)
  })

  it('[LM2] claims any numbers of any feed', async () => {
    const { scene, alice, bob } = await setUp()
    await say(bob, 'one')
    await scene.run(seconds(1))
    const most = Number.MAX_SAFE_INTEGER
    for (const [floor, head] of [
      [0, 0],
      [5, 2],
      [most, most],
      [0, most],
      [most, 0],
    ] as const)
      for (const { key } of [alice, bob]) scene.says('mallory', 'alice', claim(key, head, floor))
    await scene.run(seconds(30))
    // Nobody has more of her feed than she has written.
    expect(alice.exchange.reached(keyOf('mallory').id)).toBe(0)
    await expectTalk(scene)
  })

  it('[LM3] wants everything, again and again, and gets it no faster than her link takes it', async () => {
    const { scene, alice, bob, mallory } = await setUp()
    await say(bob, ...Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(30_000)}`))
    await scene.run(seconds(1))
    alice.queued = 3 * ENTRIES_FRAME_BYTES
    const before = mallory.heard.length
    for (let count = 0; count < 500; count++)
      scene.says('mallory', 'alice', { kind: 'want', direct: false, feeds: [{ author: bob.key.id, from: 1 }] })
    await scene.run(seconds(1))
    expect(mallory.heard.slice(before).filter(({ kind }) => kind === 'entries')).toEqual([])
    alice.queued = 0
    await scene.run(seconds(1))
    expect(mallory.heard.slice(before).filter(({ kind }) => kind === 'entries').length).toBeLessThan(5)
    await expectTalk(scene)
  })

  it('[LM3] wants hundreds of feeds, again and again: what is beyond her pace waits, and is answered then', async () => {
    const { scene, alice, bob, mallory } = await setUp()
    await say(bob, 'one')
    await scene.run(seconds(1))
    const feeds = Array.from({ length: MAX_WANTED_FEEDS }, (_, index) => {
      const { id } = index === 0 ? bob.key : keyOf(`nobody ${index}`)
      return { author: id, from: 1 }
    })
    const answersOf = () =>
      mallory.heard.filter((message) => message.kind === 'entries' && message.answer && message.segments.length > 0)
    const duration = 5
    for (let count = 0; count < 50 * duration; count++) {
      scene.says('mallory', 'alice', { kind: 'want', direct: false, feeds })
      await scene.run(20)
    }
    const expected = (WANTED_FEED_BURST + duration * WANTED_FEEDS_PER_SECOND) / MAX_WANTED_FEEDS
    expect(answersOf().length).toBeLessThanOrEqual(expected + 1)
    expect(answersOf().length).toBeGreaterThan(0.9 * expected)
    await scene.run(seconds(1))
    const before = answersOf().length
    expect(before).toBeLessThanOrEqual(expected + 2)
    // The last of many is not lost.
    for (let count = 0; count < 50; count++) scene.says('mallory', 'alice', { kind: 'want', direct: false, feeds })
    await scene.run(seconds(1))
    expect(answersOf().length).toBeGreaterThan(before)
    expect(alice.offences).toEqual([])
    await expectTalk(scene)
  })
})

describe('a newcomer', () => {
  it('[LM3] who wants hundreds of feeds gets them as fast as it may look at entries', async () => {
    const scene = new LogScene()
    const alice = await scene.join('alice')
    const [people, each] = [MAX_WANTED_FEEDS + 4, 30]
    for (let index = 0; index < people; index++) {
      const writer = new Writer(keyOf(`author ${index}`))
      for (let count = 0; count < each; count++) writer.write(`${count}`.padEnd(800, '.'))
      const segments = await Promise.all(
        Array.from({ length: each / 6 }, (_, unit) => writer.segment(6 * unit + 1, 6 * unit + 6)),
      )
      await alice.log.receive({ sender: { id: writer.id, publicKey: writer.key.publicKey }, segments })
    }
    const bob = await scene.join('bob')
    scene.link('alice', 'bob')
    const count = people * each
    await scene.run(seconds(2 + (count - ENTRY_BURST) / ENTRIES_PER_SECOND))
    expect(bob.log.feeds.reduce((sum, { head }) => sum + head, 0)).toBe(count)
    // 128 KiB at a time are 50 answers.
    const wants = scene.said.filter(({ message }) => message.kind === 'want').length
    expect(wants).toBeLessThan(70)
  })
})

describe('what refers to something that nobody has', () => {
  /** Alice has it, by way of bob, whose messages a test writes. */
  async function setUp() {
    const scene = new LogScene()
    const alice = await scene.join('alice')
    const bob = await scene.join('bob')
    const lost = keyOf('carol').id
    const answer = new Writer(keyOf('dave')).write('I agree', { parents: [{ author: lost, seq: 3 }], lamport: 9 })
    const segments = [await answer.segment(1)]
    scene.link('alice', 'bob')
    bob.exchange.close()
    const claim = (heads: { readonly lost?: number; readonly answer?: number }) => {
      const held = [
        [lost, heads.lost],
        [answer.id, heads.answer],
      ] as const
      const feeds = held.flatMap(([author, head]) =>
        head === undefined ? [] : { author, floor: 1, head, hash: new Uint8Array(SHORT_HASH_BYTES) },
      )
      scene.says('bob', 'alice', { kind: 'have', direct: false, full: true, feeds })
    }
    const push = () => scene.says('bob', 'alice', { kind: 'entries', direct: false, answer: false, segments })
    return { scene, alice, claim, push }
  }

  it('[LG6] waits while somebody claims to have it, and a moment when nobody does; alone nobody can tell', async () => {
    const { scene, alice, claim, push } = await setUp()
    claim({ lost: 3, answer: 1 })
    push()
    await scene.run(seconds(5))
    expect(alice.log.waiting).toBe(1)
    scene.unlink('alice', 'bob')
    await scene.run(seconds(60))
    expect(alice.texts()).toEqual([])
    scene.link('alice', 'bob')
    claim({ lost: 2, answer: 1 })
    await scene.run(100)
    expect(alice.texts()).toEqual([])
    await scene.run(seconds(3))
    expect(alice.texts()).toEqual(['I agree'])
  })

  it('[LG6] waits as long as nobody is there who has what refers to it: whoever has that has the other as well', async () => {
    const { scene, alice, claim, push } = await setUp()
    push()
    await scene.run(seconds(600))
    expect(alice.texts()).toEqual([])
    claim({ answer: 1 })
    await scene.run(seconds(5))
    expect(alice.texts()).toEqual(['I agree'])
  })

  it('[LG6] waits on for whoever comes and claims to have it, however long one was alone with it', async () => {
    const { scene, alice, claim, push } = await setUp()
    push()
    await scene.run(100)
    scene.unlink('alice', 'bob')
    await scene.run(seconds(3600))
    scene.link('alice', 'bob')
    claim({ lost: 3, answer: 1 })
    await scene.run(seconds(100))
    expect(alice.texts()).toEqual([])
    await scene.run(seconds(30))
    expect(alice.texts()).toEqual(['I agree'])
  })

  it('[LG12] is delivered at once when everybody has let it go', async () => {
    const scene = new LogScene()
    const alice = await scene.join('alice')
    const bob = await scene.join('bob')
    scene.link('alice', 'bob')
    bob.exchange.close()
    const lost = keyOf('carol').id
    const feeds = [{ author: lost, floor: 4, head: 3, hash: new Uint8Array(SHORT_HASH_BYTES) }]
    scene.says('bob', 'alice', { kind: 'have', direct: false, full: true, feeds })
    const answer = new Writer(keyOf('dave')).write('I agree', { parents: [{ author: lost, seq: 3 }], lamport: 9 })
    scene.says('bob', 'alice', { kind: 'entries', direct: false, answer: false, segments: [await answer.segment(1)] })
    await scene.run(10)
    expect(alice.texts()).toEqual(['I agree'])
  })
})

describe('an exchange that is closed', () => {
  it('[LM2] says nothing any more', async () => {
    const { scene, holders } = await gather('alice', 'bob')
    const [alice, bob] = holders as [Holder, Holder]
    await say(alice, 'one')
    alice.exchange.close()
    await scene.run(seconds(1))
    const before = kinds(scene, 'alice', 'bob').length
    await say(bob, 'are you there?')
    await scene.run(seconds(200))
    expect(kinds(scene, 'alice', 'bob')).toHaveLength(before)
  })
})
