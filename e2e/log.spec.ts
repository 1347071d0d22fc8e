/** What was said in a room stays what it was, in real tabs: over reloads, crashes, rooms that were two, people who were away. */
import { expectMesh, upTo, within } from './fixtures/gathering'
import type { HeardPage } from './fixtures/library-driver'
import type { LibraryTab } from './fixtures/library-tab'
import { ServerProcess } from './fixtures/server-process'
import { expect, test } from './fixtures/test'

/** Milliseconds between what somebody says who talks without end. */
const TALK_EVERY = 10

test('[LG1] [LG3] bob loads his page again in the middle of a talk: his feed goes on, and nobody is told of a fork', async ({
  gather,
}) => {
  const everybody = await gather('Alice', 'Bob', 'Carol')
  const [alice, bob, carol] = everybody
  for (const tab of everybody) await tab.startTalking(TALK_EVERY)
  await expect.poll(async () => (await alice.heardFrom(bob)).length).toBeGreaterThan(10)

  const before = bob.id
  await bob.reload()
  await bob.join({ link: alice.link, name: 'Bob' })
  const said = numbersOf(await bob.history({ limit: 1000 }), before)
  await bob.broadcast('I am back')

  expect(bob.id).toBe(before)
  for (const tab of [alice, carol]) await expect.poll(() => tab.heardFrom(bob)).toContain('I am back')
  for (const tab of [alice, carol]) await tab.stopTalking()
  await expectSameHistory(everybody)
  const after = numbersOf(await alice.history({ limit: 1000 }), before)
  expect(after.slice(0, said.length), 'what he had said').toEqual(said)
  // Numbers in feeds begin with 1, which is for the name.
  expect(after, 'no number is missing or there twice').toEqual(after.map((_, index) => index + 2))
  expect(await alice.heardFrom(bob)).toEqual([...upTo(said.length), 'I am back'])
  await expectNoErrors(everybody)
})

test('[ST1] bob crashes in the middle of a talk: whoever comes back in his place goes on where he was', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await bob.startTalking(1)
  await expect.poll(async () => (await alice.received()).length).toBeGreaterThan(50)

  await bob.crash()
  const back = await openLibraryTab({ beside: bob })
  await back.join({ link: alice.link, name: 'Bob' })
  await back.broadcast('where was I?')

  expect(back.id).toBe(bob.id)
  await expect.poll(() => alice.heardFrom(back)).toContain('where was I?')
  const heard = await alice.heardFrom(back)
  expect(heard).toEqual([...upTo(heard.length - 1), 'where was I?'])
  await expectSameHistory([alice, back])
  await expectNoErrors([alice, back])
})

test('[LG1] bob crashes between storing and sending: it is sent when he is back', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob, carol] = await gather('Alice', 'Bob', 'Carol')
  await bob.broadcast('this arrives')
  for (const tab of [alice, carol]) await expect.poll(() => tab.received()).toEqual(['this arrives'])
  await bob.page.evaluate(() => {
    RTCDataChannel.prototype.send = () => {}
  })

  await bob.broadcast('does this?')
  const waiting = expect(bob.send(alice.id, 'and this, for you?')).rejects.toThrow()
  await expect.poll(() => bob.remembered(alice.id)).toEqual(['and this, for you?'])
  await bob.crash()
  await waiting
  expect(await alice.received()).toEqual(['this arrives'])
  const back = await openLibraryTab({ beside: bob })
  await back.join({ link: alice.link, name: 'Bob' })

  await expect.poll(() => carol.received()).toEqual(['this arrives', 'does this?'])
  await expect.poll(() => alice.received()).toHaveLength(3)
  expect(await alice.remembered(bob.id)).toEqual(['and this, for you?'])
  await expectSameHistory([alice, carol, back])
  await expectNoErrors([alice, carol, back])
})

test('[DM1] [DM2] what is said to somebody who is away arrives when they are back, once and in order, though its author was loaded anew', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await alice.send(bob.id, 1)
  await bob.close()
  await expect.poll(async () => (await alice.memberOf(bob))?.status).toBe('gone')
  const say = (data: number) =>
    alice.send(bob.id, data).then(
      () => 'there',
      () => 'the page went away',
    )

  const interrupted = [2, 3, 4].map(say)
  await expect.poll(() => alice.remembered(bob.id)).toEqual(upTo(4))
  await alice.reload()
  await alice.join({ link: alice.link, name: 'Alice' })
  const waiting = [5, 6].map(say)
  await expect.poll(() => alice.remembered(bob.id)).toEqual(upTo(6))
  const back = await openLibraryTab({ beside: bob })
  await back.join({ link: alice.link, name: 'Bob' })

  expect(await Promise.all(waiting)).toEqual(['there', 'there'])
  expect(await Promise.all(interrupted)).not.toContain('there')
  expect(await back.received()).toEqual([2, 3, 4, 5, 6])
  expect(await back.remembered(alice.id)).toEqual(upTo(6))
  await back.reload()
  await back.join({ link: alice.link, name: 'Bob' })
  await alice.send(back.id, 7)
  expect(await back.received(), 'nothing comes a second time').toEqual([7])
  expect(await back.remembered(alice.id)).toEqual(upTo(7))
})

test('[LM1] who comes late gets all of it in the same order from one who only listened, the authors being gone', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob, carol] = await gather('Alice', 'Bob', 'Carol')
  await Promise.all([alice.broadcastEach(upTo(300)), bob.broadcastEach(upTo(300))])
  await expect.poll(async () => (await carol.received()).length).toBe(600)
  await expectSameHistory([alice, bob, carol])
  await Promise.all([alice.close(), bob.crash()])

  const dave = await openLibraryTab()
  await dave.join({ link: carol.link, name: 'Dave' })

  await expect.poll(async () => (await dave.received()).length).toBe(600)
  expect(await dave.heardFrom(alice)).toEqual(upTo(300))
  expect(await dave.heardFrom(bob)).toEqual(upTo(300))
  await expectSameHistory([carol, dave])
  const page = await dave.history({ limit: 1000 })
  expect({ more: page.more, complete: page.complete }).toEqual({ more: false, complete: true })
  expect((await dave.messages()).filter(({ name }) => name === 'Alice')).toHaveLength(300)
})

test('[LG1] [LG3] two halves of a room that could not see each other become one, in one order, by one who sees both', async ({
  openLibraryTab,
}) => {
  const [left, right] = [await ServerProcess.start({ ORIGINS: '*' }), await ServerProcess.start({ ORIGINS: '*' })]
  try {
    const [alice, bob, carol, dave, erin] = await Promise.all(upTo(5).map(() => openLibraryTab()))
    if (!alice || !bob || !carol || !dave || !erin) throw new Error('not all of the tabs opened')
    const halves = [[alice, bob] as const, [carol, dave] as const]
    const { link } = await alice.join({ name: 'Alice', servers: [left.url] })
    await bob.join({ link, name: 'Bob', servers: [left.url] })
    await carol.join({ link, name: 'Carol', servers: [right.url] })
    await dave.join({ link, name: 'Dave', servers: [right.url] })
    for (const half of halves) await expectMesh(half)
    for (const half of halves) await Promise.all(half.map((tab) => tab.broadcastEach(upTo(50))))
    for (const half of halves) await expectSameHistory(half, 100)

    await erin.join({ link, name: 'Erin', servers: [left.url, right.url] })
    await expectSameHistory([alice, bob, carol, dave, erin], 200)
    for (const [index, tab] of [alice, carol].entries()) await tab.broadcast(`now we are one ${index}`)

    await expectSameHistory([alice, bob, carol, dave, erin], 202)
    await expect.poll(() => alice.heardFrom(dave)).toEqual(upTo(50))
    expect((await dave.history()).entries.filter(({ from, late }) => from === dave.id && late)).toEqual([])
    await expectNoErrors([alice, bob, carol, dave, erin])
    // Nobody is to miss the servers, which go before the tabs do.
    await Promise.all([alice, bob, carol, dave, erin].map((tab) => tab.leave()))
  } finally {
    await Promise.all([left.stop(), right.stop()])
  }
})

test('[ST5] two tabs of one browser are two people, who take nothing from one another, also when both are loaded again', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const other = await openLibraryTab({ beside: bob })
  await other.join({ link: alice.link, name: 'Bob' })
  const ids = [bob.id, other.id]
  await expectMesh([alice, bob, other])

  for (const last of [100, 200]) {
    const more = upTo(last).slice(last - 100)
    await Promise.all([bob, other].map((tab) => tab.broadcastEach(more)))
    await expectSameHistory([alice, bob, other], 2 * last)
    await Promise.all([bob, other].map((tab) => tab.reload()))
    await Promise.all([bob, other].map((tab) => tab.join({ link: alice.link, name: 'Bob' })))
    expect([bob.id, other.id]).toEqual(ids)
    await expectMesh([alice, bob, other])
  }

  for (const tab of [bob, other]) expect(await alice.heardFrom(tab)).toEqual(upTo(200))
  await alice.send(other.id, 'for one of you')
  expect(await other.received()).toEqual(['for one of you'])
  expect(await bob.conversations()).toEqual([])
  expect(await databasesOf(bob)).toHaveLength(2)
  await expectNoErrors([alice, bob, other])
})

/** All of them come to have the same entries in the same order; so many, when it is known. */
async function expectSameHistory(tabs: readonly LibraryTab[], count?: number): Promise<void> {
  const historyOf = async (tab: LibraryTab) => (await tab.history({ limit: 1000 })).entries.map(({ id }) => id).join()
  const [first] = tabs
  if (first && count !== undefined)
    await expect.poll(async () => (await historyOf(first)).split(',').length, within(15)).toBe(count)
  await expect.poll(async () => new Set(await Promise.all(tabs.map(historyOf))).size, within(15)).toBe(1)
}

async function expectNoErrors(tabs: readonly LibraryTab[]): Promise<void> {
  for (const tab of tabs) expect(await tab.errors()).toEqual([])
}

/** @returns the numbers in its author's feed of what one of them said */
const numbersOf = ({ entries }: HeardPage, author: string): readonly number[] =>
  entries.filter(({ from }) => from === author).map(({ id }) => Number(id.split('.')[1]))

const databasesOf = (tab: LibraryTab): Promise<readonly (string | undefined)[]> =>
  tab.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
