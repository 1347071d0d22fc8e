/** Rooms of tabs that have nothing in them but the library: who meets whom, and what is said arrives. */
import { RoomError } from '../client/src/mesh/protocol/errors'
import { MAX_MESSAGE_BYTES } from '../client/src/mesh/protocol/limits'
import { expectMesh, upTo } from './fixtures/gathering'
import { expect, test } from './fixtures/test'

test('[MB1] alice and bob find each other and talk both ways', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')

  expect(await alice.members()).toMatchObject([{ id: bob.id, name: 'Bob', status: 'here', reach: 'direct' }])
  expect(await bob.members()).toMatchObject([{ id: alice.id, name: 'Alice', status: 'here', reach: 'direct' }])

  await alice.broadcast('hello everybody')
  await bob.broadcast('hello alice')

  await expect.poll(() => bob.messages()).toMatchObject([{ from: alice.id, name: 'Alice', data: 'hello everybody' }])
  await expect.poll(() => alice.messages()).toMatchObject([{ from: bob.id, name: 'Bob', data: 'hello alice' }])
})

test('[KA2] each learns how far away the other is', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')

  await expect.poll(async () => (await alice.memberOf(bob))?.rtt).toBeGreaterThanOrEqual(0)
  await expect.poll(async () => (await bob.memberOf(alice))?.rtt).toBeGreaterThanOrEqual(0)
})

test('[DM1] a direct message is seen by its addressee alone', async ({ gather }) => {
  const [alice, bob, carol] = await gather('Alice', 'Bob', 'Carol')

  await alice.send(bob.id, 'for bob alone')
  await alice.broadcast('for everybody')

  await expect.poll(() => bob.received()).toHaveLength(2)
  const byData = new Map((await bob.messages()).map((message) => [message.data, message]))
  expect(byData.get('for bob alone')).toMatchObject({ from: alice.id, direct: true })
  expect(byData.get('for everybody')).toMatchObject({ from: alice.id, direct: false })
  await expect.poll(() => carol.received()).toEqual(['for everybody'])
  expect(await alice.messages(), 'one does not hear oneself').toEqual([])
})

test('[DI1] eight tabs link to one another, and what each says reaches the other seven once', async ({ gather }) => {
  const names = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hope'] as const
  const tabs = await gather(...names)

  const ids = await Promise.all(tabs.map((tab, index) => tab.broadcast(`${names[index]} is here`)))

  for (const [index, tab] of tabs.entries()) {
    const others = names.filter((_, other) => other !== index).map((name) => `${name} is here`)
    await expect.poll(async () => [...(await tab.received())].sort()).toEqual(others)
  }
  for (const tab of tabs) {
    const id = ids[tabs.indexOf(tab)]
    if (id) await expect.poll(() => tab.delivery(id)).toEqual({ delivered: 7, of: 7 })
    expect(await tab.received(), 'and nothing came a second time').toHaveLength(7)
  }
})

test('[LG2] a message has the same id on every screen', async ({ gather }) => {
  const [alice, bob, carol] = await gather('Alice', 'Bob', 'Carol')

  const ids = [await alice.broadcast('first'), await alice.broadcast('second')]

  expect(new Set(ids).size).toBe(2)
  for (const tab of [bob, carol]) {
    await expect.poll(async () => (await tab.messages()).map(({ id }) => id)).toEqual(ids)
  }
})

test('[DT1] text, JSON and bytes arrive as they were sent', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const sent = [
    '',
    'Grüße, 你好, 🐦‍⬛, \u0000 and\nlines',
    null,
    false,
    -12.5,
    9_007_199_254_740_991,
    [],
    {},
    { list: [1, 'two', { three: null }], empty: '', 'a key': true },
    new Uint8Array(),
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
    { caption: 'a picture', bytes: new Uint8Array([1, 2, 255]) },
  ]

  await alice.broadcastEach(sent)
  await expect.poll(() => bob.received()).toEqual(sent)

  await bob.broadcastEach(sent)
  await expect.poll(() => alice.received()).toEqual(sent)
})

test('[DT1] 256 KiB arrive byte for byte, to everybody and to one alone', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const block = patterned(256 * 1024)

  await alice.broadcast(block)
  await alice.send(bob.id, block)

  await expect.poll(async () => (await bob.received()).length).toBe(2)
  const received = await bob.received()
  for (const bytes of received) expectSameBytes(bytes, block)
})

test('[DT4] the largest message arrives; one byte more is refused with its size and the limit', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const limit = MAX_MESSAGE_BYTES

  // Of the limit a few bytes go to what surrounds the data; the refusal says how many.
  const { size = 0 } = (await refusalOf(alice.send(bob.id, patterned(limit)))).details
  const largest = limit - (size - limit)
  const refusal = { reason: 'too-large', details: { size: limit + 1, limit } }

  await expect(alice.send(bob.id, patterned(largest + 1))).rejects.toMatchObject(refusal)
  await expect(alice.broadcast(patterned(largest + 1))).rejects.toMatchObject(refusal)
  await expect(alice.request(bob.id, 'keep', patterned(limit))).rejects.toMatchObject({ reason: 'too-large' })
  await alice.send(bob.id, patterned(largest))

  const received = await bob.received()
  expect(received).toHaveLength(1)
  expectSameBytes(received[0], patterned(largest))
})

test('[LM2] receipts tell who has what was said', async ({ gather }) => {
  const [alice, bob, carol] = await gather('Alice', 'Bob', 'Carol')

  const id = await alice.broadcast('who has this?')

  await expect.poll(() => alice.delivery(id)).toEqual({ delivered: 2, of: 2 })
  const receipts = await alice.receipts()
  expect(receipts.map(({ by }) => by).sort()).toEqual([bob.id, carol.id].sort())
  // The first thing that somebody says is their name.
  expect(receipts.map(({ upTo }) => upTo)).toEqual([2, 2])
})

test('[LM1] whoever comes later reads what was said before, in the order in which everybody has it', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  for (const round of upTo(20)) await Promise.all([alice, bob].map((tab) => tab.broadcast(round)))
  await expect.poll(async () => (await alice.received()).length).toBe(20)
  await expect.poll(async () => (await bob.received()).length).toBe(20)
  await bob.leave()

  const carol = await openLibraryTab()
  await carol.join({ link: alice.link, name: 'Carol' })

  await expect.poll(async () => (await carol.received()).length).toBe(40)
  expect((await carol.history()).entries.map(({ id }) => id)).toEqual(
    (await alice.history()).entries.map(({ id }) => id),
  )
  expect((await carol.messages()).filter(({ from }) => from === bob.id).map(({ name }) => name)).toContain('Bob')
})

test('[LG1] a page that is loaded again has what was said before, and is told only what is new', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await alice.broadcast('before')
  await bob.broadcast('me too')
  await alice.send(bob.id, 'for bob alone')
  await expect.poll(() => bob.received()).toEqual(['before', 'for bob alone'])
  await expect.poll(() => alice.received()).toEqual(['me too'])

  await bob.reload()
  await alice.broadcast('meanwhile')
  await bob.join({ link: alice.link, name: 'Bob' })

  await expect.poll(() => bob.received()).toEqual(['meanwhile'])
  await bob.broadcast('what did I miss?')
  await expect.poll(() => alice.received()).toEqual(['me too', 'what did I miss?'])
  const said = ['before', 'me too', 'meanwhile', 'what did I miss?']
  expect(await bob.remembered()).toEqual(said)
  expect(await alice.remembered()).toEqual(said)
  expect(await bob.conversations()).toEqual([alice.id])
  expect(await bob.remembered(alice.id)).toEqual(['for bob alone'])
  expect(await bob.errors()).toEqual([])
})

test('[ST4] who forgets the room is somebody new in it, who reads what the others kept', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const before = bob.id
  await bob.broadcast('forget that I said this')
  await alice.send(bob.id, 'and this')
  await expect.poll(() => alice.received()).toEqual(['forget that I said this'])

  await bob.forget()
  await bob.reload()
  await bob.join({ link: alice.link, name: 'Bob' })

  expect(bob.id).not.toBe(before)
  await expect.poll(() => bob.received()).toEqual(['forget that I said this'])
  expect(await bob.conversations()).toEqual([])
})

test('[RQ1] bob is asked, and answers, fails, or knows nothing of it', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await bob.handle('repeat', { kind: 'echo' })
  await bob.handle('break', { kind: 'fail', message: 'the cup is broken' })
  const question = { words: 'and back', bytes: patterned(1000) }

  expect(await alice.request(bob.id, 'repeat', question)).toEqual(question)
  await expect(alice.request(bob.id, 'break', null)).rejects.toMatchObject({
    reason: 'handler-failed',
    message: expect.stringContaining('the cup is broken'),
  })
  await expect(alice.request(bob.id, 'whistle', null)).rejects.toMatchObject({ reason: 'no-handler' })
})

test('[RQ2] a request that nobody answers ends after its time', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await bob.handle('ponder', { kind: 'never' })

  await expect(alice.request(bob.id, 'ponder', null, { timeout: 300 })).rejects.toMatchObject({ reason: 'timeout' })
})

test('nobody is asked or written to by an id that is unknown', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const { id } = await alice.self()

  await expect(alice.send(id, 'to myself')).rejects.toMatchObject({ reason: 'unknown-peer' })
  await expect(bob.request(bob.id, 'anything', null)).rejects.toMatchObject({ reason: 'unknown-peer' })
})

test('[PL5] bob changes his name, and also those who come later know the new one', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')

  await bob.rename('Robert')
  await expect.poll(() => alice.namesLinked()).toEqual(['Robert'])
  await bob.broadcast('call me Robert')
  await expect.poll(() => alice.messages()).toMatchObject([{ from: bob.id, name: 'Robert' }])

  const carol = await openLibraryTab()
  await carol.join({ link: alice.link, name: 'Carol' })
  await expect.poll(() => carol.namesLinked()).toEqual(['Alice', 'Robert'])
})

test('[RP2] [DM1] bob leaves: the others know at once, and what is sent to him waits until he is back', async ({
  gather,
}) => {
  const [alice, bob, carol] = await gather('Alice', 'Bob', 'Carol')

  await bob.leave()

  await expect.poll(async () => (await alice.memberOf(bob))?.status).toBe('gone')
  const sent = alice.send(bob.id, 'are you there?')
  await expect(alice.request(bob.id, 'are you there?', null)).rejects.toMatchObject({ reason: 'unreachable' })
  await expect(bob.broadcast('too late')).rejects.toMatchObject({ reason: 'left' })
  await expectMesh([alice, carol])
  await alice.broadcast('only carol now')
  await expect.poll(() => carol.received()).toEqual(['only carol now'])

  await bob.reload()
  await bob.join({ link: alice.link, name: 'Bob' })
  await sent
  await expect.poll(async () => [...(await bob.received())].sort()).toEqual(['are you there?', 'only carol now'])
  expect(await carol.received()).toEqual(['only carol now'])
})

test('[LM1] people come and go in turn while others talk, and nobody misses or hears twice what was said', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await alice.startTalking(20)
  await bob.startTalking(20)

  for (const [turn, name] of ['Carol', 'Dave', 'Erin', 'Frank'].entries()) {
    const visitor = await openLibraryTab()
    await visitor.join({ link: alice.link, name })
    await expectMesh([alice, bob, visitor])
    await visitor.broadcastEach([`${name} one`, `${name} two`])

    for (const resident of [alice, bob]) {
      await expect.poll(() => resident.heardFrom(visitor)).toEqual([`${name} one`, `${name} two`])
      // From the beginning, though the visitor was not there then.
      await expect.poll(async () => (await visitor.heardFrom(resident)).length).toBeGreaterThan(10)
      const heard = await visitor.heardFrom(resident)
      expect(heard).toEqual(upTo(heard.length))
    }
    // Some say good-bye, others just close the tab.
    await (turn % 2 === 0 ? visitor.leave() : visitor.close())
    await expectMesh([alice, bob])
  }

  const [saidByAlice, saidByBob] = [await alice.stopTalking(), await bob.stopTalking()]
  await expect.poll(() => alice.heardFrom(bob)).toEqual(upTo(saidByBob))
  await expect.poll(() => bob.heardFrom(alice)).toEqual(upTo(saidByAlice))
})

test('[LG1] thousands of messages fast and both ways arrive in order, each once', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const all = upTo(4000)

  await Promise.all([alice.broadcastEach(all), bob.broadcastEach(all)])

  await expect.poll(async () => (await bob.received()).length).toBe(all.length)
  await expect.poll(async () => (await alice.received()).length).toBe(all.length)
  expect(await bob.received()).toEqual(all)
  expect(await alice.received()).toEqual(all)
})

async function refusalOf(refused: Promise<unknown>): Promise<RoomError> {
  const error = await refused.catch((error: unknown) => error)
  if (error instanceof RoomError) return error
  throw new Error(`it was not refused but gave ${error}`)
}

/** Bytes that differ from place to place, so that a lost or swapped piece shows. */
function patterned(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 0xff)
}

/** Compares as buffers do: a matcher would take seconds for a megabyte. */
function expectSameBytes(actual: unknown, expected: Uint8Array): void {
  const isSame = actual instanceof Uint8Array && Buffer.from(actual).equals(expected)
  expect(isSame, `${expected.length} bytes arrived as they were sent`).toBe(true)
}
