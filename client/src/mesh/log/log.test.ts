import { describe, expect, it } from 'vitest'
import { keyOf, type OpenLog, openLog, Writer } from '../../sim/log-scene'
import { VirtualClock } from '../../sim/virtual-clock'
import type { PeerId } from '../protocol/ids'
import { MAX_LAMPORT_GAP, MAX_PARENTS, MAX_SEGMENT_ENTRIES } from '../protocol/limits'
import type { Segment } from '../protocol/log-messages'
import { comparePositions, type Entry } from './entry'
import { decodeEntry } from './entry-codec'
import type { Arrival, Outcome } from './log'
import { LogStoreError } from './log-store'
import { MemoryDisk, memoryLogStore } from './memory-log-store'

const alice = keyOf('alice')
const bob = keyOf('bob')
const carol = keyOf('carol')

const clock = () => new VirtualClock()
const text = (words: string) => ({ kind: 'text', text: words }) as const

/** Somebody brings segments of anybody. */
const brings = (
  { log }: OpenLog,
  segments: readonly Segment[],
  more: Partial<Arrival> & { readonly from?: typeof bob } = {},
): Promise<Outcome> => {
  const { id, publicKey } = more.from ?? carol
  return log.receive({ sender: { id, publicKey }, segments, ...more })
}

const asked = (...wanted: readonly (readonly [PeerId, number])[]) => ({ asked: new Map(wanted) })

const proofsOf = ({ forked }: OpenLog) => forked.map(({ proof }) => proof)

/** Somebody says to hold entries of everybody. */
const isClaimed = () => true

const nothing = { delivered: 0, fault: undefined }

describe('what is written', () => {
  it('[LG3] counts once it is stored, and is told in the order in which it was written', async () => {
    const disk = new MemoryDisk()
    const open = await openLog(clock(), alice, { store: await disk.open() })
    const release = disk.holdWrites()
    const written = [open.log.write(text('one')), open.log.write(text('two'))]
    await new Promise((resolve) => setImmediate(resolve))
    expect(open.entries).toEqual([])
    expect(open.log.feed(alice.id)).toBeUndefined()
    release()
    const entries = await Promise.all(written)
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2])
    expect(open.entries).toEqual(entries)
    expect(await open.remembered()).toEqual(['one', 'two'])
  })

  it('[LG3] was not said when it could not be stored: the next takes its number', async () => {
    const disk = new MemoryDisk()
    const open = await openLog(clock(), alice, { store: await disk.open() })
    disk.failWrites('full')
    await expect(open.log.write(text('lost'))).rejects.toBeInstanceOf(LogStoreError)
    disk.failWrites(undefined)
    expect(await open.log.write(text('kept'))).toMatchObject({ seq: 1, lamport: 1 })
    expect(open.texts()).toEqual(['kept'])
  })

  it('[LG3] was not said when it could not be signed, whoever waits is told, and what comes next is said', async () => {
    let fails = true
    const sign = async (message: Uint8Array) => {
      if (fails) throw new DOMException('no', 'OperationError')
      return alice.sign(message)
    }
    const open = await openLog(clock(), { ...alice, sign })
    const lost = ['one', 'two'].map((words) => open.log.write(text(words)))
    for (const one of lost) await expect(one).rejects.toMatchObject({ name: 'OperationError' })
    fails = false
    expect(await open.log.write(text('kept'))).toMatchObject({ seq: 1 })
    expect(open.texts()).toEqual(['kept'])
  })

  it('[LG3] goes on behind what is on the disk when the page is loaded again, whatever was being written', async () => {
    const disk = new MemoryDisk()
    const first = await openLog(clock(), alice, { store: await disk.open() })
    await first.log.write(text('one'))
    disk.holdWrites()
    const lost = first.log.write(text('lost')).catch(() => 'gone')
    await new Promise((resolve) => setImmediate(resolve))
    disk.crash()
    expect(await lost).toBe('gone')
    const again = await openLog(clock(), alice, { store: await disk.open() })
    expect(again.entries).toEqual([])
    expect(await again.log.write(text('two'))).toMatchObject({ seq: 2, lamport: 2 })
    const other = await openLog(clock(), bob)
    await brings(other, await again.log.answer([{ author: alice.id, from: 1 }], 1e6), { from: alice })
    expect(other.texts()).toEqual(['one', 'two'])
  })

  it('[LG5] in one moment has one signature, and each is told of its own entry', async () => {
    const open = await openLog(clock(), alice)
    const told: string[] = []
    open.log.on('delivered', ({ written }) => told.push(`${written?.entries.length} together`))
    const entries = await Promise.all(['one', 'two', 'three'].map((words) => open.log.write(text(words))))
    expect(entries.map(({ content }) => content)).toEqual(['one', 'two', 'three'].map(text))
    expect(told).toEqual(['3 together'])
    const [segment, ...others] = await open.log.answer([{ author: alice.id, from: 1 }], 1e6)
    expect(others).toEqual([])
    expect(segment?.entries).toHaveLength(3)
  })

  it('[LG5] beyond what goes together has a signature for each part', async () => {
    const open = await openLog(clock(), alice)
    const written = Array.from({ length: MAX_SEGMENT_ENTRIES + 1 }, (_, index) => open.log.write(text(`${index}`)))
    const large = open.log.write(text('x'.repeat(200_000)))
    await Promise.all([...written, large])
    const segments = await open.log.answer([{ author: alice.id, from: 1 }], 1e6)
    expect(segments.map(({ entries }) => entries.length)).toEqual([MAX_SEGMENT_ENTRIES, 1, 1])
  })

  it('[LG10] begins with what its author is called, says so again when that changes, and after a long time', async () => {
    const store = await new MemoryDisk().open()
    let name = 'Alice'
    const ownName = () => name
    const open = await openLog(clock(), alice, { store, ownName })
    const names = ({ entries }: OpenLog) =>
      entries.flatMap(({ seq, content }) => (content.kind === 'name' ? [`${seq} ${content.name}`] : []))
    await open.log.write(text('hello'))
    await open.log.write(text('again'))
    name = 'Alicia'
    await open.log.write(text('I have another name'))
    expect(names(open)).toEqual(['1 Alice', '4 Alicia'])
    const again = await openLog(clock(), alice, { store, ownName })
    for (let count = 0; count < 1001; count++) await again.log.write(text('on and on'))
    expect(names(again)).toEqual(['1006 Alicia'])
  })

  it('[LG3] [LG5] comes behind all that was read, and names the newest that nobody had answered', async () => {
    const open = await openLog(clock(), alice)
    const others = ['bob', 'carol', 'dave', 'erin', 'frank', 'grace'].map((name) => new Writer(keyOf(name)))
    for (const [index, writer] of others.entries()) {
      writer.write('first', { lamport: 10 + index }).write('second', { lamport: 20 + index })
      await brings(open, [await writer.segment(1)])
    }
    const parentsOf = async ({ seq }: Entry) => {
      const [segment] = await open.log.answer([{ author: alice.id, from: seq }], 1e6)
      const bytes = segment?.entries[0] ?? new Uint8Array()
      const raw = decodeEntry(bytes, { author: alice.id, previous: new Uint8Array(32) })
      return raw.ok ? raw.value.parents : undefined
    }
    const first = await open.log.write(text('to all'))
    expect(first.lamport).toBe(26)
    const newest = others.slice(-MAX_PARENTS).map(({ id }) => ({ author: id, seq: 2 }))
    expect(new Set(await parentsOf(first))).toEqual(new Set(newest))
    // What is left over, and nothing twice.
    const left = others.slice(0, -MAX_PARENTS).map(({ id }) => ({ author: id, seq: 2 }))
    expect(new Set(await parentsOf(await open.log.write(text('and on'))))).toEqual(new Set(left))
    expect(await parentsOf(await open.log.write(text('and on')))).toEqual([])
  })
})

describe('what comes', () => {
  it('[LG3] is told once, however often and in whatever pieces it comes', async () => {
    const open = await openLog(clock(), alice)
    const writer = new Writer(bob).writeEach(6)
    await brings(open, [await writer.segment(1, 3)])
    for (const [from, to] of [
      [1, 3],
      [2, 4],
      [1, 6],
      [4, 6],
      [6, 6],
    ] as const)
      await brings(open, [await writer.segment(from, to)])
    expect(open.texts()).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(open.log.feed(bob.id)).toMatchObject({ floor: 1, head: 6, lamport: 6 })
  })

  it('[LG3] counts when it is stored, and not when it could not be', async () => {
    const disk = new MemoryDisk()
    const open = await openLog(clock(), alice, { store: await disk.open() })
    const segment = await new Writer(bob).writeEach(2).segment(1)
    disk.failWrites('full')
    await expect(brings(open, [segment])).rejects.toBeInstanceOf(LogStoreError)
    expect(open.entries).toEqual([])
    disk.failWrites(undefined)
    expect(await brings(open, [segment])).toMatchObject({ delivered: 2 })
  })

  it("[LM1] from its author itself needs no key and no hash, of somebody else's feed both", async () => {
    const open = await openLog(clock(), alice)
    const writer = new Writer(bob).writeEach(4)
    expect(await brings(open, [await writer.segment(1, 2, 'own')], { from: bob })).toMatchObject({ delivered: 2 })
    expect(await brings(open, [await writer.segment(3, 4, 'own')], { from: bob })).toMatchObject({ delivered: 2 })
    const words = 'entries came without the key of their author'
    const { segments } = { segments: [await writer.segment(1, 2, 'own')] }
    const outcome = await open.log.receive({ sender: { id: carol.id, publicKey: undefined }, segments })
    expect(outcome).toMatchObject({ ...nothing, fault: words })
  })

  it('[LG6] is refused when its author has not signed it: nothing of it counts', async () => {
    const open = await openLog(clock(), alice)
    const honest = await new Writer(bob).writeEach(3).segment(1)
    const other = await new Writer(bob).write('I never said this').segment(1)
    const wrong: Segment[] = [
      { ...honest, signature: other.signature },
      { ...honest, entries: other.entries },
      { ...honest, entries: honest.entries.slice(0, 2) },
      { ...honest, publicKey: carol.publicKey },
    ]
    for (const segment of wrong) {
      expect(await brings(open, [segment])).toMatchObject({
        ...nothing,
        fault: 'entries that their author has not signed',
      })
    }
    expect(open.entries).toEqual([])
    expect(open.log.feeds).toEqual([])
  })

  it('[LG5] that is no entry, or stands in no order, is refused', async () => {
    const open = await openLog(clock(), alice)
    const writer = new Writer(bob).writeEach(4)
    const { entries, ...rest } = await writer.segment(1)
    const [one, two, three] = entries
    if (!one || !two || !three) throw new Error('three were written')
    for (const wrong of [[Uint8Array.of(0xc1)], [one, three], [two, one], [one, one]])
      expect((await brings(open, [{ ...rest, entries: wrong }])).fault).toBeTypeOf('string')
    const backwards = new Writer(bob).write('late', { lamport: 7 }).write('early', { lamport: 7 })
    expect((await brings(open, [await backwards.segment(1)])).fault).toBe('entries out of order')
    const after = new Writer(bob).write('first', { previous: new Uint8Array(32).fill(1) })
    expect((await brings(open, [await after.segment(1)])).fault).toBe('a first entry that follows another')
    expect(open.entries).toEqual([])
  })

  it('[LG5] is refused when one signature covers more than whoever hands it on could send', async () => {
    const open = await openLog(clock(), alice)
    const half = 'x'.repeat(2 ** 19 + 600)
    const writer = new Writer(bob).write(half).write(half)
    const fault = 'one signature over more than travels together'
    expect(await brings(open, [await writer.segment(1)])).toMatchObject({ ...nothing, fault })
    expect(await brings(open, [await writer.segment(1, 1), await writer.segment(2)])).toMatchObject({ delivered: 2 })
  })

  it('[LG6] waits until all that it refers to is here, and is told behind it, whoever brings what', async () => {
    const open = await openLog(clock(), alice)
    const [bobs, carols, daves] = [new Writer(bob), new Writer(carol), new Writer(keyOf('dave'))]
    daves.write('why?', { lamport: 1 })
    carols.write('because', { lamport: 2, parents: [{ author: daves.id, seq: 1 }] })
    bobs.write('I see', { lamport: 3, parents: [{ author: carols.id, seq: 1 }] }).write('thanks', { lamport: 4 })
    expect(await brings(open, [await bobs.segment(1, 1)])).toMatchObject(nothing)
    expect(await brings(open, [await bobs.segment(2, 2)])).toMatchObject(nothing)
    expect(await brings(open, [await carols.segment(1)])).toMatchObject(nothing)
    expect(open.log.waiting).toBe(3)
    expect(await brings(open, [await daves.segment(1)])).toMatchObject({ delivered: 4 })
    expect(open.texts()).toEqual(['why?', 'because', 'I see', 'thanks'])
    expect(open.log.waiting).toBe(0)
  })

  it('[LG3] behind a gap is not taken, and the gap is told', async () => {
    const open = await openLog(clock(), alice)
    const writer = new Writer(bob).writeEach(6)
    for (const how of ['own', 'anchored'] as const) {
      const outcome = await brings(open, [await writer.segment(3, 4, how)], { from: bob })
      expect(outcome).toMatchObject({ ...nothing, gaps: new Map([[bob.id, 4]]) })
    }
    await brings(open, [await writer.segment(1, 2)])
    expect(await brings(open, [await writer.segment(5, 6, 'own')], { from: bob })).toMatchObject({
      gaps: new Map([[bob.id, 6]]),
    })
    expect(await brings(open, [await writer.segment(3, 6, 'own')], { from: bob })).toMatchObject({ delivered: 4 })
  })

  it('[LG7] whose time is far ahead of all that is known is not taken before that has come closer', async () => {
    const open = await openLog(clock(), alice)
    const early = new Writer(bob).write('now', { lamport: MAX_LAMPORT_GAP + 2 })
    expect(await brings(open, [await early.segment(1)])).toMatchObject(nothing)
    expect(open.log.takes(bob.id)).toBe(false)
    const own = await early.segment(1, 1, 'own')
    const sender = { id: bob.id, publicKey: bob.publicKey }
    const fault = 'a time ahead of all that is known'
    expect(await open.log.receive({ sender, segments: [own] })).toMatchObject({ ...nothing, fault })
    const closer = new Writer(carol).write('soon', { lamport: MAX_LAMPORT_GAP })
    expect(await brings(open, [await closer.segment(1)])).toMatchObject({ delivered: 1 })
    expect(open.log.takes(bob.id)).toBe(true)
    expect(await brings(open, [await early.segment(1)])).toMatchObject({ delivered: 1 })
  })

  it('[LG7] whoever follows somebody whose time is far ahead is taken, whatever is held of what that one follows', async () => {
    const ahead = new Writer(bob).write('now', {
      lamport: MAX_LAMPORT_GAP,
      parents: [{ author: keyOf('dave').id, seq: 1 }],
    })
    const after = new Writer(carol).write('hi', {
      lamport: MAX_LAMPORT_GAP + 1,
      parents: [{ author: bob.id, seq: 1 }],
    })
    const before = new Writer(keyOf('dave')).write('before')
    const [one, other] = [await openLog(clock(), alice), await openLog(clock(), alice)]
    await brings(one, [await before.segment(1)])
    expect(await brings(one, [await ahead.segment(1), await after.segment(1)])).toMatchObject({ delivered: 2 })
    expect(await brings(other, [await ahead.segment(1), await after.segment(1)])).toMatchObject({ delivered: 0 })
    expect(await brings(other, [await before.segment(1)])).toMatchObject({ delivered: 3 })
  })

  it('[LG7] whose time does not go on is refused', async () => {
    const open = await openLog(clock(), alice)
    const writer = new Writer(bob).write('one', { lamport: 5 }).write('two', { lamport: 5 })
    await brings(open, [await writer.segment(1, 1)])
    const segments = [await writer.segment(2, 2)]
    const sender = { id: bob.id, publicKey: bob.publicKey }
    expect(await open.log.receive({ sender, segments })).toMatchObject({
      ...nothing,
      fault: 'time that runs backwards',
    })
  })

  it('[LG3] is in one order on every screen, in whatever order it comes', async () => {
    const writers = ['bob', 'carol', 'dave'].map((name) => new Writer(keyOf(name)))
    for (const [index, writer] of writers.entries())
      for (let count = 0; count < 5; count++) writer.write(`${index} ${count}`, { lamport: 1 + count * (index + 1) })
    const segments = await Promise.all(writers.map((writer) => writer.segment(1)))
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]
    const histories = await Promise.all(
      orders.map(async (order) => {
        const open = await openLog(clock(), alice)
        for (const index of order)
          await brings(
            open,
            [segments[index]].flatMap((segment) => segment ?? []),
          )
        return (await open.log.history(undefined, 100)).entries
      }),
    )
    const [first = []] = histories
    expect(first).toHaveLength(15)
    expect(first).toEqual([...first].sort(comparePositions))
    for (const history of histories) expect(history.map(({ id }) => id)).toEqual(first.map(({ id }) => id))
  })

  it('[LG7] long after it was written, behind what is newer, is marked as late', async () => {
    const time = clock()
    const open = await openLog(time, alice)
    const at = time.wallTime()
    await time.run(60_000)
    await open.log.write(text('now'))
    await brings(open, [await new Writer(bob).write('a minute ago', { at, lamport: 1 }).segment(1)])
    await brings(open, [await new Writer(carol).write('just now', { at: time.wallTime(), lamport: 1 }).segment(1)])
    await brings(open, [await new Writer(keyOf('dave')).write('in front', { at, lamport: 50 }).segment(1)])
    const late = (entries: readonly Entry[]) =>
      entries.flatMap(({ content, late }) => (late && content.kind === 'text' ? [content.text] : []))
    expect(late(open.entries)).toEqual(['a minute ago'])
    expect(late((await open.log.history(undefined, 10)).entries)).toEqual(['a minute ago'])
  })
})

describe('two feeds under one key', () => {
  /** Two branches behind two entries that both have. */
  function branches() {
    const one = new Writer(bob).writeEach(2)
    const other = one.branch(2).write('yes').write('and more')
    one.write('no').write('and less')
    return { one, other }
  }

  it('[LG8] are found out when the other is asked for: what comes from the fork on is taken out', async () => {
    const { one, other } = branches()
    const open = await openLog(clock(), alice)
    await brings(open, [await one.segment(1)])
    expect(await brings(open, [await other.segment(3)])).toMatchObject({ ...nothing, contradicted: new Set([bob.id]) })
    expect(open.forked).toEqual([])
    await brings(open, [await other.segment(1)], asked([bob.id, 1]))
    expect(open.forked).toMatchObject([{ author: bob.id }])
    expect(open.forked[0]?.removed).toHaveLength(2)
    expect(open.log.feed(bob.id)).toMatchObject({ floor: 1, head: 2, fork: { seq: 3 } })
    expect(await open.remembered()).toEqual(['1', '2'])
    expect(proofsOf(open)).toHaveLength(1)
  })

  it('[LG8] seem so when what comes does not follow what is here, and then the other is to be asked for', async () => {
    const { one, other } = branches()
    const open = await openLog(clock(), alice)
    await brings(open, [await one.segment(1, 3)])
    expect(await brings(open, [await other.segment(4)])).toMatchObject({ contradicted: new Set([bob.id]) })
    const outcome = await brings(open, [await other.segment(4)], asked([bob.id, 4]))
    expect(outcome.further).toEqual(new Map([[bob.id, 1]]))
    await brings(open, [await other.segment(1)], asked([bob.id, 1]))
    expect(open.log.feed(bob.id)).toMatchObject({ head: 2, fork: { seq: 3 } })
  })

  it('[LG9] and the proof convinces whoever has the one, the other, or neither, and nothing more of them is taken', async () => {
    const { one, other } = branches()
    const finder = await openLog(clock(), alice)
    await brings(finder, [await one.segment(1)])
    await brings(finder, [await other.segment(1)], asked([bob.id, 1]))
    const [proof = new Uint8Array()] = proofsOf(finder)
    for (const held of [[await one.segment(1)], [await other.segment(1)], [await one.segment(1, 2)], []]) {
      const open = await openLog(clock(), carol)
      await brings(open, held)
      expect(await open.log.judge(proof, isClaimed)).toBeUndefined()
      expect(open.forked).toHaveLength(1)
      expect(open.log.feed(bob.id)).toMatchObject({ head: held.length > 0 ? 2 : 0, fork: { seq: 3 } })
      expect(await open.log.judge(proof, isClaimed)).toBeUndefined()
      expect(open.forked).toHaveLength(1)
      for (const writer of [one, other]) {
        expect(await brings(open, [await writer.segment(3)], asked([bob.id, 3]))).toMatchObject(nothing)
        await brings(open, [await writer.segment(1, 2)])
      }
      expect(await open.remembered()).toEqual(['1', '2'])
    }
  })

  it('[LG9] what comes before is handed on without a signature of its own, and taken by who knows of the fork', async () => {
    const { one, other } = branches()
    const finder = await openLog(clock(), alice)
    await brings(finder, [await one.segment(1)])
    await brings(finder, [await other.segment(1)], asked([bob.id, 1]))
    const [proof = new Uint8Array()] = proofsOf(finder)
    const segments = await finder.log.answer([{ author: bob.id, from: 1 }], 1e6)
    const open = await openLog(clock(), carol)
    await open.log.judge(proof, isClaimed)
    expect(await brings(open, segments, asked([bob.id, 1]))).toMatchObject({ delivered: 2, fault: undefined })
    expect(await open.remembered()).toEqual(['1', '2'])
  })

  it.each([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])('[LG8] or three: all who have heard of all of them hold the same in the end (%i, %i, %i)', async (...order) => {
    const stem = new Writer(bob).writeEach(4)
    const branches = [
      stem.branch(4).writeEach(2),
      stem.branch(3).write('other').writeEach(2),
      stem.branch(1).write('third').writeEach(5),
    ]
    const proofs: Uint8Array[] = []
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const finder = await openLog(clock(), alice)
      await brings(finder, [await (branches[a] ?? stem).segment(1)])
      await brings(finder, [await (branches[b] ?? stem).segment(1)], asked([bob.id, 1]))
      proofs.push(...proofsOf(finder))
    }
    expect(proofs).toHaveLength(3)
    const everybody = await Promise.all(branches.map(() => openLog(clock(), carol)))
    for (const [index, open] of everybody.entries()) {
      await brings(open, [await (branches[index] ?? stem).segment(1)])
      for (const proof of order) await open.log.judge(proofs[proof] ?? new Uint8Array(), isClaimed)
    }
    // Who held the third branch had to let go of what all have, and gets it back.
    for (const open of everybody)
      for (const other of everybody)
        await brings(open, await other.log.answer([{ author: bob.id, from: 1 }], 1e6), asked([bob.id, 1]))
    for (const open of everybody) {
      expect(open.log.feed(bob.id)).toMatchObject({ head: 1, fork: { seq: 2 } })
      expect(await open.remembered()).toEqual(['1'])
    }
  })

  it('[LG8] are found out though whoever holds the other lets its beginning go: then nothing of them counts', async () => {
    const { one, other } = branches()
    one.writeEach(2000)
    other.writeEach(2000)
    const open = await openLog(clock(), alice)
    for (let from = 1; from <= 2004; from += 501) await brings(open, [await one.segment(from, from + 500)])
    const segments = [await other.segment(1900, 1950), await other.segment(1951)]
    expect((await brings(open, segments, asked([bob.id, 1500]))).further).toEqual(new Map())
    expect(open.log.feed(bob.id)).toMatchObject({ head: 0, fork: { seq: 1 } })
    expect(open.forked[0]?.removed).toHaveLength(2004)
  })

  it('[LG8] are found out however large what one signature covers', async () => {
    const half = 'x'.repeat(2 ** 19)
    const one = new Writer(bob).write(half)
    const other = one.branch(1).write(half).write('other')
    one.write('one').write(half)
    const open = await openLog(clock(), alice)
    await brings(open, [await one.segment(1, 1), await one.segment(2)])
    await brings(open, [await other.segment(1, 1), await other.segment(2)], asked([bob.id, 1]))
    expect(open.log.feed(bob.id)).toMatchObject({ head: 1, fork: { seq: 2 } })
  })

  it('[LG9] a proof against somebody of whom nothing is held or claimed costs nothing and leaves nothing', async () => {
    const { one, other } = branches()
    const finder = await openLog(clock(), alice)
    await brings(finder, [await one.segment(1)])
    await brings(finder, [await other.segment(1)], asked([bob.id, 1]))
    const [proof = new Uint8Array()] = proofsOf(finder)
    const open = await openLog(clock(), carol)
    expect(await open.log.judge(proof, () => false)).toBeUndefined()
    expect(open.log.feeds).toEqual([])
    expect(open.forked).toEqual([])
  })

  it('[LG9] an end that is not signed is no fault of whoever knows a later fork only', async () => {
    const stem = new Writer(bob).writeEach(4)
    const three = [stem.branch(4).write('a'), stem.branch(4).write('b'), stem.branch(1).write('third').writeEach(2)]
    const find = async (a: number, b: number) => {
      const open = await openLog(clock(), alice)
      await brings(open, [await (three[a] ?? stem).segment(1)])
      await brings(open, [await (three[b] ?? stem).segment(1)], asked([bob.id, 1]))
      return open
    }
    const [late, early] = [await find(0, 1), await find(0, 2)]
    expect([late, early].map(({ log }) => log.feed(bob.id)?.fork?.seq)).toEqual([5, 2])
    const segments = await late.log.answer([{ author: bob.id, from: 1 }], 1e6)
    for (const more of [{}, asked([bob.id, 1])]) expect(await brings(early, segments, more)).toMatchObject(nothing)
  })

  it('[LG9] a proof that proves nothing is refused', async () => {
    const open = await openLog(clock(), alice)
    for (const proof of [new Uint8Array(), Uint8Array.of(0xc1), Uint8Array.of(0x94, 1, 2, 3, 4)])
      expect(await open.log.judge(proof, isClaimed)).toBeTypeOf('string')
    expect(open.log.feeds).toEqual([])
  })

  it('[LG9] what refers to what was taken out does not wait for ever', async () => {
    const { one, other } = branches()
    const open = await openLog(clock(), alice)
    await brings(open, [await one.segment(1)])
    await brings(open, [await other.segment(1)], asked([bob.id, 1]))
    const answer = new Writer(carol).write('well said', { lamport: 9, parents: [{ author: bob.id, seq: 4 }] })
    expect(await brings(open, [await answer.segment(1)])).toMatchObject({ delivered: 1 })
  })

  it('[LG9] what waited for what was taken out is told', async () => {
    const { one, other } = branches()
    const open = await openLog(clock(), alice)
    await brings(open, [await one.segment(1, 3)])
    const answer = new Writer(carol).write('well said', { lamport: 9, parents: [{ author: bob.id, seq: 4 }] })
    expect(await brings(open, [await answer.segment(1)])).toMatchObject({ delivered: 0 })
    await brings(open, [await other.segment(1, 3)], asked([bob.id, 1]))
    expect(open.forked).toHaveLength(1)
    expect(open.texts()).toContain('well said')
  })
})

describe('what is held', () => {
  it('[LG12] is let go of no more than has to be, when few entries are large', async () => {
    const open = await openLog(clock(), alice, { limits: { entries: 1000, bytes: 10_000 } })
    for (let count = 0; count < 12; count++) await open.log.write(text(`${count} ${'x'.repeat(1000)}`))
    const words = await open.remembered()
    expect(words.length).toBeGreaterThanOrEqual(8)
    expect(words.at(-1)).toMatch(/^11 /)
  })

  it('[LG12] is the newest: what is oldest in the order goes first, whoever wrote it', async () => {
    const limits = { entries: 3000, bytes: 1e9 }
    const open = await openLog(clock(), alice, { limits })
    const [bobs, carols] = [new Writer(bob), new Writer(carol)]
    for (let count = 0; count < 1600; count++) {
      bobs.write(`bob ${count}`, { lamport: 1 + 2 * count })
      carols.write(`carol ${count}`, { lamport: 2 + 2 * count })
    }
    for (let from = 1; from <= 1600; from += 400) {
      await brings(open, [await bobs.segment(from, from + 399)])
      await brings(open, [await carols.segment(from, from + 399)])
    }
    const { entries, complete, more } = await open.log.history(undefined, 10_000)
    expect(entries.length).toBeLessThanOrEqual(limits.entries)
    expect(more).toBe(false)
    expect(complete).toBe(false)
    expect(entries.map(({ lamport }) => lamport)).toEqual(entries.map((_, index) => 3200 - entries.length + 1 + index))
    expect(open.log.held(bob.id)?.floor).toBe(1600 - entries.length / 2 + 1)
  })

  it('[LG12] [DM3] is what waits for the other in any case, and of the rest the newest', async () => {
    const limits = { entries: 100, bytes: 1e9, pinned: alice.id }
    const open = await openLog(clock(), alice, { limits })
    const [hi, there] = [await open.log.write(text('hi')), await open.log.write(text('there'))]
    const writer = new Writer(bob).write('1', { lamport: 3 }).writeEach(1999)
    for (let from = 1; from <= 2000; from += 100) await brings(open, [await writer.segment(from, from + 99)])
    const { entries } = await open.log.history(undefined, 1000)
    expect(entries.slice(0, 2)).toEqual([hi, there])
    expect(entries.length).toBeLessThanOrEqual(limits.entries)
    expect(entries.at(-1)?.seq).toBe(2000)
    expect(open.log.held(bob.id)?.floor).toBe(2000 - (entries.length - 2) + 1)
    await open.log.acknowledge(2)
    for (let from = 2001; from <= 2100; from += 50)
      await brings(open, [await writer.writeEach(50).segment(from, from + 49)])
    expect(open.log.held(alice.id)?.floor).toBe(3)
  })

  it('[DM3] leaves room for the other: of what waits there is half as much, in bytes, as a log holds', async () => {
    const limits = { entries: 1000, bytes: 100_000, pinned: alice.id }
    const open = await openLog(clock(), alice, { limits })
    const words = 'x'.repeat(10_000)
    for (let count = 0; count < 5; count++) await open.log.write(text(words))
    await expect(open.log.write(text('more'))).rejects.toMatchObject({ reason: 'overloaded' })
    await open.log.acknowledge(1)
    await open.log.write(text('more'))
    expect(await open.remembered()).toHaveLength(6)
  })

  it('[LG12] is handed on from where it begins, and taken by who has nothing before it', async () => {
    const limits = { entries: 10, bytes: 1e9 }
    const open = await openLog(clock(), alice, { limits })
    const writer = new Writer(bob).writeEach(4000)
    for (let from = 1; from <= 4000; from += 500) await brings(open, [await writer.segment(from, from + 499)])
    const floor = open.log.held(bob.id)?.floor ?? 0
    expect(floor).toBeGreaterThan(1)
    const newcomer = await openLog(clock(), carol)
    const segments = await open.log.answer([{ author: bob.id, from: 1 }], 1e6)
    expect(await brings(newcomer, segments)).toMatchObject({ ...nothing, gaps: new Map([[bob.id, 4000]]) })
    await brings(newcomer, segments, asked([bob.id, floor]))
    expect(newcomer.log.held(bob.id)).toEqual(open.log.held(bob.id))
    expect(await newcomer.log.history(undefined, 100)).toMatchObject({ more: false, complete: false })
  })

  it('[LG12] is read back without what a disk has damaged', async () => {
    const store = memoryLogStore()
    const open = await openLog(clock(), alice, { store })
    for (const words of ['one', 'two', 'three']) await open.log.write(text(words))
    const damaged = (await store.readBefore('room', undefined, 2)).map((entry) => ({
      ...entry,
      bytes: Uint8Array.of(0xc1),
    }))
    await store.put('room', damaged, [])
    expect(await open.log.history(undefined, 2)).toMatchObject({ more: false, entries: [{ seq: 1 }] })
  })

  it('[LG12] goes on being let go where something is left below a floor, which counts for nothing', async () => {
    const store = memoryLogStore()
    const limits = { entries: 100, bytes: 1e9 }
    const writer = new Writer(bob).writeEach(300)
    const first = await openLog(clock(), alice, { store })
    await brings(first, [await writer.segment(1, 90)])
    const [feed] = await store.feeds('room')
    if (feed) await store.put('room', [], [{ ...feed, floor: 51, bytes: 1000 }])
    const open = await openLog(clock(), alice, { store, limits })
    await brings(open, [await writer.segment(91, 200)])
    const { entries } = await open.log.history(undefined, 1000)
    expect(entries[0]?.seq).toBe(open.log.held(bob.id)?.floor)
    expect(entries).toHaveLength(98)
  })

  it('[LG12] is read back a page at a time', async () => {
    const open = await openLog(clock(), alice)
    for (const words of ['one', 'two', 'three', 'four', 'five']) await open.log.write(text(words))
    const newest = await open.log.history(undefined, 2)
    expect(newest).toMatchObject({ more: true, complete: true, entries: [{ seq: 4 }, { seq: 5 }] })
    expect(await open.log.history(newest.entries[0], 2)).toMatchObject({
      more: true,
      entries: [{ seq: 2 }, { seq: 3 }],
    })
    expect(await open.log.history(open.entries[1], 2)).toMatchObject({ more: false, entries: [{ seq: 1 }] })
    expect(await open.log.history(open.entries[0], 2)).toEqual({ more: false, entries: [], complete: true })
  })
})
