import { describe, expect, it } from 'vitest'
import { type Holder, keyOf, LogScene, Writer } from '../../sim/log-scene'
import { MAX_SEGMENT_ENTRIES, MAX_WANTED_FEEDS } from '../protocol/limits'
import { type HeldFeed, type LogMessage, type Segment, SHORT_HASH_BYTES } from '../protocol/log-messages'
import { seconds } from '../runtime/clock'

const HASH = new Uint8Array(SHORT_HASH_BYTES)

const have = (...feeds: readonly Omit<HeldFeed, 'hash'>[]): LogMessage => ({
  kind: 'have',
  direct: false,
  full: false,
  feeds: feeds.map((feed) => ({ ...feed, hash: HASH })),
})

const push = (...segments: readonly Segment[]): LogMessage => ({
  kind: 'entries',
  direct: false,
  answer: false,
  segments,
})

const text = (words: string) => ({ kind: 'text', text: words }) as const

/** What somebody who is away said, as somebody else holds it. */
async function give(holder: Holder, writer: Writer, from = 1, to = writer.entries.length): Promise<void> {
  const sender = { id: writer.id, publicKey: writer.key.publicKey }
  for (let seq = from; seq <= to; seq += MAX_SEGMENT_ENTRIES)
    await holder.log.receive({
      sender,
      segments: [await writer.segment(seq, Math.min(to, seq + MAX_SEGMENT_ENTRIES - 1))],
    })
}

/** Alice and bob, who are linked with one another once a test says so, and hostile ones who are linked with alice. */
async function meet(...hostile: readonly string[]) {
  const scene = new LogScene()
  const [alice, bob] = [await scene.join('alice'), await scene.join('bob')]
  for (const name of hostile) {
    scene.hand(name)
    scene.link(name, 'alice')
  }
  return { scene, alice, bob }
}

const wantsOf = (scene: LogScene, to: string) =>
  scene.said.filter((said) => said.to === to && said.message.kind === 'want').length

describe('whoever claims and gives nothing', () => {
  it('[LM4] keeps alice from nothing that bob has for longer than a moment, however many they are', async () => {
    const liars = Array.from({ length: 8 }, (_, index) => `mallory ${index}`)
    const { scene, alice, bob } = await meet(...liars)
    const dave = new Writer(keyOf('dave')).writeEach(5000)
    await give(bob, dave)
    for (const liar of liars) scene.says(liar, 'alice', have({ author: dave.id, floor: 1, head: 5000 }))
    await scene.run(100)
    scene.link('alice', 'bob')
    await scene.run(seconds(20))
    expect(alice.log.feed(dave.id)?.head).toBe(5000)
  })

  it('[LM4] is no stranger when it links anew', async () => {
    const { scene, alice, bob } = await meet('mallory')
    const dave = new Writer(keyOf('dave')).writeEach(5000)
    await give(bob, dave, 1, 4000)
    scene.link('alice', 'bob')
    await scene.run(seconds(10))
    for (let time = 0; time < 600; time += 10) {
      scene.unlink('mallory', 'alice')
      scene.link('mallory', 'alice')
      scene.says('mallory', 'alice', have({ author: dave.id, floor: 1, head: 6000 }))
      await scene.run(seconds(10))
    }
    await give(bob, dave, 4001)
    await scene.run(seconds(2))
    expect(alice.log.feed(dave.id)?.head).toBe(5000)
    expect(wantsOf(scene, 'mallory')).toBeLessThan(25)
  })

  it('[LM6] that somebody wrote another feed keeps nobody from being asked for more of that', async () => {
    const { scene, alice, bob } = await meet('mallory')
    const carol = new Writer(keyOf('carol')).writeEach(50)
    await give(alice, carol, 1, 10)
    await give(bob, carol, 1, 10)
    scene.link('alice', 'bob')
    await scene.run(seconds(1))
    scene.says('mallory', 'alice', have({ author: carol.id, floor: 1, head: 10 }))
    await scene.run(seconds(1))
    expect(wantsOf(scene, 'mallory')).toBe(1)
    await give(bob, carol, 11)
    await scene.run(seconds(2))
    expect(alice.log.feed(carol.id)?.head).toBe(50)
  })
})

describe('what waits', () => {
  it('[LM3] is not asked for again, and whoever gave it is asked for other things meanwhile', async () => {
    const { scene, alice, bob } = await meet('mallory')
    const lost = keyOf('lost').id
    const dave = new Writer(keyOf('dave')).write('about something', { parents: [{ author: lost, seq: 1 }], lamport: 9 })
    await give(bob, dave)
    await bob.log.release(() => true)
    scene.says('mallory', 'alice', have({ author: lost, floor: 1, head: 1 }))
    scene.link('alice', 'bob')
    await scene.run(seconds(3))
    expect(alice.log.waiting).toBe(1)
    const before = wantsOf(scene, 'bob')
    await scene.run(seconds(60))
    expect(wantsOf(scene, 'bob')).toBe(before)
    await give(bob, new Writer(keyOf('erin')).write('hi'))
    await scene.run(seconds(1))
    expect(alice.texts()).toEqual(['hi'])
  })

  it('[LG6] of one who sends too much of it leaves room for that of others', async () => {
    const { scene, alice, bob } = await meet('mallory')
    const lost = keyOf('lost').id
    const flood = new Writer(keyOf('mallory'))
    flood.write('first', { parents: [{ author: lost, seq: 1 }] })
    flood.writeEach(17_000)
    const all = flood.entries.length
    scene.says('mallory', 'alice', have({ author: lost, floor: 1, head: 1 }))
    for (let seq = 1; seq <= all; seq += MAX_SEGMENT_ENTRIES) {
      scene.says(
        'mallory',
        'alice',
        push(await flood.segment(seq, Math.min(all, seq + MAX_SEGMENT_ENTRIES - 1), 'own')),
      )
      await scene.run(250)
    }
    // One at a time, until there is room for none.
    const next = alice.log.reach(flood.id) + 1
    const ones = Array.from({ length: 600 }, (_, index) => flood.segment(next + index, next + index, 'own'))
    scene.says('mallory', 'alice', push(...(await Promise.all(ones))))
    await scene.run(100)
    const full = alice.log.waiting
    expect(full).toBeGreaterThan(10_000)
    scene.link('alice', 'bob')
    await scene.run(seconds(1))
    const question = new Writer(keyOf('dave')).write('question')
    await give(bob, question)
    scene.loses = ({ message }) => message.kind === 'have'
    await bob.log.write(text('answer'))
    await scene.run(50)
    expect(alice.texts()).toEqual([])
    // What came last from mallory made room for it.
    expect(alice.log.waiting).toBeLessThanOrEqual(full)
    await give(alice, question)
    expect(alice.texts()).toEqual(['question', 'answer'])
  })

  it('[LG6] behind what is refused in the end does not stay', async () => {
    const { scene, alice } = await meet('mallory')
    const mallory = new Writer(keyOf('mallory'))
    mallory.write('far ahead', { parents: [{ author: keyOf('xavier').id, seq: 1 }], lamport: 2 ** 40 })
    mallory.writeEach(100)
    scene.says('mallory', 'alice', push(await mallory.segment(1, 1, 'own')))
    scene.says('mallory', 'alice', push(await mallory.segment(2, 101, 'own')))
    await scene.run(100)
    expect(alice.log.waiting).toBe(101)
    await give(alice, new Writer(keyOf('xavier')).write('here'))
    expect(alice.log.waiting).toBe(0)
    expect(alice.log.takes(mallory.id)).toBe(false)
  })
})

describe('a cause', () => {
  it('[LG6] is not gone because one says so while others may have it, or its author is here', async () => {
    const { scene, alice, bob } = await meet('mallory')
    const dave = await scene.join('dave')
    scene.link('alice', 'dave')
    scene.link('bob', 'dave')
    scene.link('alice', 'bob')
    await scene.run(seconds(1))
    scene.says('mallory', 'alice', have({ author: dave.key.id, floor: 1000, head: 999 }))
    await scene.run(50)
    scene.loses = ({ from, to }) => from === 'dave' && to === 'alice'
    await dave.log.write(text('question'))
    await scene.run(100)
    await bob.log.write(text('answer'))
    await scene.run(100)
    expect(alice.texts()).toEqual([])
    scene.loses = () => false
    await scene.run(seconds(5))
    expect(alice.texts()).toEqual(['question', 'answer'])
  })

  it('[LG5] is what an entry is about, also when many others wrote later', async () => {
    const { alice } = await meet()
    const others = ['bob', 'carol', 'dave', 'erin', 'frank'].map((name, index) =>
      new Writer(keyOf(name)).write(name, { lamport: index + 1 }),
    )
    for (const other of others) await give(alice, other)
    const [[first], [target]] = [others, alice.entries]
    if (!first || !target) throw new Error('nobody wrote')
    await alice.log.write({ kind: 'reply', to: target.id, text: 'I agree' })
    const [segment] = await alice.log.answer([{ author: alice.key.id, from: 1 }], 1e6)
    const reader = await new LogScene().join('reader')
    await reader.log.receive({
      sender: { id: alice.key.id, publicKey: alice.key.publicKey },
      segments: segment ? [segment] : [],
    })
    expect(reader.log.waiting).toBe(1)
    for (const other of others.slice(1)) await give(reader, other)
    expect(reader.log.waiting).toBe(1)
    await give(reader, first)
    expect(reader.entries.at(-1)?.content).toMatchObject({ kind: 'reply', text: 'I agree' })
  })
})

it('[LM3] a question has no more feeds than may be wanted at once', async () => {
  const { scene } = await meet('mallory')
  const feeds = Array.from({ length: 2 * MAX_WANTED_FEEDS }, (_, index) => ({
    author: keyOf(`author ${index}`).id,
    floor: 1,
    head: 1,
  }))
  scene.says('mallory', 'alice', have(...feeds))
  await scene.run(seconds(1))
  const wants = scene.said.flatMap(({ message }) => (message.kind === 'want' ? message.feeds.length : []))
  expect(wants).toEqual([MAX_WANTED_FEEDS])
})
