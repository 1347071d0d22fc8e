/** What is of the moment, such as that somebody is typing: it goes to those who are linked, and nothing of it is kept. */
import { expectMesh, upTo } from './fixtures/gathering'
import { expect, test } from './fixtures/test'

test('[EP1] [EP2] signals reach those who are linked, one alone or all, and nobody who comes later', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob, carol] = await gather('Alice', 'Bob', 'Carol')

  expect(await alice.signal('typing', { in: 'room' })).toBe(true)
  expect(await alice.signal('typing', null, bob.id)).toBe(true)

  const toAll = { from: alice.id, topic: 'typing', data: { in: 'room' }, direct: false }
  const toBob = { from: alice.id, topic: 'typing', data: null, direct: true }
  await expect.poll(() => bob.signals()).toEqual([toAll, toBob])
  await expect.poll(() => carol.signals()).toEqual([toAll])
  expect(await alice.signals(), 'one does not hear oneself').toEqual([])

  const dave = await openLibraryTab()
  await dave.join({ link: alice.link, name: 'Dave' })
  await expectMesh([alice, bob, carol, dave])
  await alice.broadcast('welcome')
  await expect.poll(() => dave.received()).toEqual(['welcome'])
  expect(await dave.signals()).toEqual([])
  expect(await alice.remembered()).toEqual(['welcome'])
})

test('[EP2] with nobody there, or nobody by that name, nothing is sent, and it says so', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await bob.leave()
  await expect.poll(async () => (await alice.memberOf(bob))?.status).toBe('gone')

  expect(await alice.signal('typing', null)).toBe(false)
  expect(await alice.signal('typing', null, bob.id)).toBe(false)
})

test('[EP3] of hundreds at once a few are sent, those arrive, and nobody takes offence; soon there is room for more', async ({
  gather,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')

  const sent: number[] = []
  for (const number of upTo(300)) if (await alice.signal('position', number)) sent.push(number)

  expect(sent.slice(0, 20)).toEqual(upTo(20))
  expect(sent.length).toBeLessThan(300)
  await expect.poll(async () => (await bob.signals()).map(({ data }) => data)).toEqual(sent)
  await expect.poll(() => alice.signal('position', 'again')).toBe(true)
  await expect.poll(async () => (await bob.signals()).at(-1)?.data).toBe('again')
  await bob.broadcast('stop fidgeting')
  await expect.poll(() => alice.received()).toEqual(['stop fidgeting'])
  expect([...(await alice.errors()), ...(await bob.errors())]).toEqual([])
})

test('[EP1] a signal of more than 4 KiB, or of what cannot be sent, is refused', async ({ gather }) => {
  const [alice] = await gather('Alice', 'Bob')

  await expect(alice.signal('position', 'x'.repeat(4096))).rejects.toMatchObject({ reason: 'too-large' })
  await expect(alice.signal('', null)).rejects.toMatchObject({ reason: 'bad-data' })
})
