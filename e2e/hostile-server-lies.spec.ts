/**
 * A signaling server that means harm, and what it says: who is there, what became of a request, and nonsense. Tabs stay
 * calm: they hold few connections, go on with those they have linked with, and link with whoever is there once it behaves.
 */
import type { Address } from '../signaling-server/src/contract'
import { within } from './fixtures/gathering'
import { alter, drop, inventAddresses } from './fixtures/hostile-conduct'
import { expect, expectAlone, expectFewConnections, expectRightLinks, test } from './fixtures/hostile-test'
import { nonsense } from './fixtures/nonsense'

test('[DI11] people who do not exist, new ones each time, keep nobody from those who do', async ({
  hostile,
  enter,
  follow,
}) => {
  const invent = (others: readonly Address[], asker: Address) => [
    ...inventAddresses(126 - others.length),
    asker,
    ...others,
  ]
  hostile.conduct = { list: invent, answer: (honest) => [isRefusal(honest) ? { ok: true } : honest] }
  const [alice, bob] = await enter('Alice', 'Bob')
  const joins = hostile.joins.length
  hostile.hangUp()
  await expect.poll(() => hostile.joins.length).toBeGreaterThanOrEqual(joins + 2)
  for (const tab of [alice, bob]) await expectFewConnections(tab)

  hostile.behave()
  await expectRightLinks([alice, bob])
  const carol = await follow(alice, { name: 'Carol' })
  await expectRightLinks([alice, bob, carol])
})

test('[SI2] who is left out, named to themselves, or told that nobody is there links once the truth is told', async ({
  hostile,
  enter,
}) => {
  hostile.conduct = { list: () => [] }
  const [alice, bob, carol] = await enter('Alice', 'Bob', 'Carol')
  await expectAlone(alice, bob, carol)
  hostile.conduct = { list: (_others, asker) => [asker, asker] }
  hostile.hangUp()
  await expect.poll(() => hostile.joins.length).toBe(6)
  expect(hostile.boxes, 'nobody calls themselves').toEqual([])
  // Carol is hidden from the others, and they from her.
  const hidden = hostile.addressOf(2)
  hostile.conduct = { list: (others, asker) => (asker === hidden ? [] : others.filter((other) => other !== hidden)) }
  hostile.hangUp()
  await expectRightLinks([alice, bob])
  await expectAlone(carol)

  hostile.behave()
  await expectRightLinks([alice, bob, carol])
})

test("[DI8] a server's word that nobody is there ends no link", async ({ hostile, enter }) => {
  const [alice, bob] = await enter('Alice', 'Bob')
  await expectRightLinks([alice, bob])
  hostile.conduct = { answer: () => [{ ok: false, reason: 'not-here', message: 'They are gone.' }], carry: drop }
  const joins = hostile.joins.length
  hostile.hangUp()
  await expect.poll(() => hostile.joins.length).toBeGreaterThanOrEqual(joins + 2)
  await alice.send(bob.id, 'are you still there')
  expect((await alice.memberOf(bob))?.status).toBe('here')

  hostile.behave()
  await expectRightLinks([alice, bob])
})

test('[SI4] nonsense, said and answered, changes nothing', async ({ hostile, enter, follow }) => {
  const [alice, bob] = await enter('Alice', 'Bob')
  await expectRightLinks([alice, bob])
  const { room } = hostile
  for (const one of nonsense()) {
    for (const event of ['signal', 'refused', 'join', 'connect_error', 'disconnect', 'state', 'box', '__proto__']) {
      if (!['connect_error', 'disconnect'].includes(event)) hostile.tell(event, one)
    }
    hostile.tell('signal', { room, from: one, box: Buffer.of(1) })
    hostile.tell('signal', { room, from: hostile.latest, box: one })
    hostile.tell('signal', { room, from: hostile.latest, box: Buffer.of(1) }, one)
  }
  await expectRightLinks([alice, bob])

  const answers = nonsense()
  let answered = 0
  const next = () => answers[answered++ % answers.length]
  hostile.conduct = { answer: () => [next(), next(), { ok: true, peers: next(), iceServers: next() }], carry: drop }
  const carol = await follow(alice, { name: 'Carol' })
  hostile.conduct = { answer: () => [] }
  hostile.hangUp()
  await alice.send(bob.id, 'never mind')
  await expectAlone(carol)

  hostile.behave()
  await expectRightLinks([alice, bob, carol])
})

test('[SI1] a server that hangs up all the time parts nobody, and lets people meet in between', async ({
  hostile,
  enter,
  follow,
}) => {
  const [alice, bob] = await enter('Alice', 'Bob')
  await expectRightLinks([alice, bob])
  const hangingUp = setInterval(() => hostile.hangUp(), 1500)
  try {
    const carol = await follow(alice, { name: 'Carol' })
    await expectRightLinks([alice, bob, carol])
  } finally {
    clearInterval(hangingUp)
  }
})

test('[SI5] one honest server is enough, whatever another one does with boxes, and whichever is named first', async ({
  hostile,
  server,
  openLibraryTab,
}) => {
  for (const [carry, servers] of [
    [drop, [hostile.url, server.url]],
    [alter(), [hostile.url, server.url]],
    [drop, [server.url, hostile.url]],
  ] as const) {
    hostile.conduct = { carry }
    const [alice, bob] = [await openLibraryTab(), await openLibraryTab()]
    const { link } = await alice.join({ name: 'Alice', servers })
    await bob.join({ name: 'Bob', link, servers })
    // When the honest one is slower to answer, the first attempt is lost, and given up after 10 s (DI5).
    await expectRightLinks([alice, bob], within(15))
  }
})

function isRefusal(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === false
}
