/** What happens to a conversation when tabs die, links break, the server goes away and comes back. */
import { expectMesh, type Patience, upTo, within } from './fixtures/gathering'
import type { LibraryTab } from './fixtures/library-tab'
import { expect, test } from './fixtures/test'

/** Milliseconds. Every few of them somebody says something, so that whatever breaks, breaks in the middle of a talk. */
const TALK_EVERY = 25

test('[KA4] bob crashes: he is gone within 5 s, and the others go on', async ({ gather }) => {
  const [alice, bob, carol] = await gather('Alice', 'Bob', 'Carol')
  await startTalking(alice, carol)

  await bob.crash()

  for (const tab of [alice, carol]) {
    await expect.poll(() => statusOf(tab, bob), within(5)).toBe('gone')
  }
  await expectAllHeard(alice, carol)
})

test('[RP2] bob closes his tab: he is gone at once', async ({ gather }) => {
  const [alice, bob, carol] = await gather('Alice', 'Bob', 'Carol')

  await bob.close()

  for (const tab of [alice, carol]) {
    await expect.poll(() => statusOf(tab, bob), within(2)).toBe('gone')
  }
  await expectMesh([alice, carol])
})

test('[RP2] bob goes to another page: he is gone at once', async ({ gather, server }) => {
  const [alice, bob] = await gather('Alice', 'Bob')

  await bob.page.goto(`${server.url}/starling.d.ts`)

  await expect.poll(() => statusOf(alice, bob), within(2)).toBe('gone')
})

test('[DI6] a link closed under both sides heals within 3 s, and nothing said meanwhile is lost or doubled', async ({
  gather,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await startTalking(alice, bob)

  expect(await cutAllLinks(alice, bob)).toBeGreaterThanOrEqual(1)

  await expectTalkGoesOn([alice, bob], within(3))
  await expectMesh([alice, bob])
  await expectAllHeard(alice, bob)
})

test('[DI3] a link closed under one side alone heals within 3 s too', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await startTalking(alice, bob)

  expect(await bob.cutLinks()).toBe(1)

  await expectTalkGoesOn([alice, bob], within(3))
  await expectMesh([alice, bob])
  await expectAllHeard(alice, bob)
})

test('[SE2] direct messages on their way when the link is cut are acknowledged, and seen once', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const texts = upTo(40).map((number) => `letter ${number}`)

  const delivered = Promise.all(texts.map((text) => alice.send(bob.id, text)))
  await cutAllLinks(alice, bob)

  await delivered
  expect(await bob.received()).toEqual(texts)
})

test('[RQ1] a request asked over a link that breaks is answered over the next one', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await bob.handle('repeat', { kind: 'echo' })

  const answer = alice.request(bob.id, 'repeat', 'still there?')
  await cutAllLinks(alice, bob)

  expect(await answer).toBe('still there?')
})

test('[DI7] a link that is cut again and again still carries everything, once', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await startTalking(alice, bob)

  for (const cutter of [alice, bob, alice]) {
    await cutter.cutLinks()
    await expectTalkGoesOn([alice, bob])
  }

  await expectAllHeard(alice, bob)
})

test('all links of a room are cut at once: everybody is linked again, and has heard everything once', async ({
  gather,
}) => {
  const everybody = await gather('Alice', 'Bob', 'Carol', 'Dave', 'Erin')
  await startTalking(...everybody)

  expect(await cutAllLinks(...everybody)).toBeGreaterThanOrEqual(10)

  await expectTalkGoesOn(everybody)
  await expectMesh(everybody)
  await expectAllHeard(...everybody)
})

test('[SI3] the server is killed: all links stay and the talk goes on', async ({ gather, server }) => {
  const everybody = await gather('Alice', 'Bob', 'Carol')
  await startTalking(...everybody)

  await server.stop()

  for (const tab of everybody) {
    await expect.poll(async () => (await tab.status()).signaling.kind).toBe('unreachable')
  }
  await expectTalkGoesOn(everybody)
  await expectMesh(everybody)
  for (const tab of everybody) expect(await tab.countConnectionsMade(), 'links made so far').toBe(2)
  await expectAllHeard(...everybody)
})

test('[SI1] the server is restarted: a newcomer is linked with everybody within 5 s, and nobody lost a word', async ({
  gather,
  openLibraryTab,
  server,
}) => {
  const everybody = await gather('Alice', 'Bob', 'Carol')
  const [alice] = everybody
  const dave = await openLibraryTab()
  await startTalking(...everybody)
  await server.stop()
  for (const tab of everybody) {
    await expect.poll(async () => (await tab.status()).signaling.kind).toBe('unreachable')
  }

  await server.restart()
  const restarted = within(5)
  await dave.join({ link: alice.link, name: 'Dave' })

  await expect.poll(() => dave.namesLinked(), restarted).toEqual(['Alice', 'Bob', 'Carol'])
  await expectMesh([...everybody, dave])
  for (const tab of everybody) {
    await expect.poll(async () => (await dave.heardFrom(tab)).length).toBeGreaterThan(0)
  }
  await expectAllHeard(...everybody)
})

test('[DI10] the server is restarted while eight tabs are finding each other: within 5 s they all do', async ({
  openLibraryTab,
  server,
}) => {
  const ada = await openLibraryTab()
  const others = await Promise.all(Array.from({ length: 7 }, () => openLibraryTab()))
  const { link } = await ada.join({ name: 'Ada' })

  const joined = Promise.all(others.map((tab) => tab.join({ link })))
  await expect.poll(() => ada.countConnectionsMade(), within(10)).toBeGreaterThan(0)
  await server.restart()
  const restarted = within(5)

  await joined
  await expectMesh([ada, ...others], restarted)
})

test('[SI1] alice and bob join while the server is down, are told so, and meet when it is back', async ({
  openLibraryTab,
  server,
}) => {
  const [alice, bob] = [await openLibraryTab(), await openLibraryTab()]
  await server.stop()

  const room = { link: 'the quiet room', password: 'hush, little baby' }
  await Promise.all([alice.join({ ...room, name: 'Alice' }), bob.join({ ...room, name: 'Bob' })])

  expect((await alice.status()).signaling.kind).toBe('unreachable')
  expect((await bob.status()).signaling.kind).toBe('unreachable')

  await server.restart()
  await expectMesh([alice, bob], within(5))
})

test('[KA4] [RP3] [RP4] a frozen tab is gone within 5 s, comes back by itself, and gets what waited for it', async ({
  gather,
}) => {
  const [alice, bob, carol] = await gather('Alice', 'Bob', 'Carol')
  await bob.freeze()
  const frozen = within(5)
  const waiting = [alice.send(bob.id, 'are you asleep?')]
  await alice.broadcast('bob sleeps')

  for (const tab of [alice, carol]) {
    await expect.poll(() => statusOf(tab, bob), frozen).toBe('gone')
  }
  waiting.push(alice.send(bob.id, 'wake up!'))
  await carol.broadcast('let him sleep')

  await bob.thaw()

  await Promise.all(waiting)
  await expectMesh([alice, bob, carol])
  await bob.broadcast('good morning')
  await expect.poll(() => alice.heardFrom(bob)).toEqual(['good morning'])
  await expect.poll(() => carol.received()).toEqual(['bob sleeps', 'good morning'])
  await expect.poll(() => bob.heardFrom(carol)).toEqual(['let him sleep'])
  // What is said to one alone and what is said to all are two logs, each in its own order.
  const heard = async () => [...(await bob.heardFrom(alice))].sort()
  await expect.poll(heard).toEqual(['are you asleep?', 'bob sleeps', 'wake up!'])
})

async function statusOf(tab: LibraryTab, other: LibraryTab): Promise<string | undefined> {
  return (await tab.memberOf(other))?.status
}

/** @returns how many ends were cut; whoever is asked last may find some closed from the other end already */
async function cutAllLinks(...tabs: readonly LibraryTab[]): Promise<number> {
  const cut = await Promise.all(tabs.map((tab) => tab.cutLinks()))
  return cut.reduce((sum, ends) => sum + ends, 0)
}

async function startTalking(...tabs: readonly LibraryTab[]): Promise<void> {
  await Promise.all(tabs.map((tab) => tab.startTalking(TALK_EVERY)))
  await expectTalkGoesOn(tabs)
}

/** Everybody hears from everybody else something that was said from now on. */
async function expectTalkGoesOn(tabs: readonly LibraryTab[], patience?: Patience): Promise<void> {
  const said = await Promise.all(tabs.map((tab) => tab.talkedSoFar()))
  const hears = pairs(tabs).map(([speaker, listener]) =>
    expect
      .poll(async () => Number((await listener.heardFrom(speaker)).at(-1) ?? 0), patience)
      .toBeGreaterThan(said[tabs.indexOf(speaker)] ?? 0),
  )
  await Promise.all(hears)
}

/** Ends the talk: everybody has heard all that everybody else said, in order, each thing once. */
async function expectAllHeard(...tabs: readonly LibraryTab[]): Promise<void> {
  const said = await Promise.all(tabs.map((tab) => tab.stopTalking()))
  for (const [speaker, listener] of pairs(tabs)) {
    await expect.poll(() => listener.heardFrom(speaker)).toEqual(upTo(said[tabs.indexOf(speaker)] ?? 0))
  }
}

function pairs(tabs: readonly LibraryTab[]): (readonly [LibraryTab, LibraryTab])[] {
  return tabs.flatMap((speaker) =>
    tabs.filter((other) => other !== speaker).map((listener) => [speaker, listener] as const),
  )
}
