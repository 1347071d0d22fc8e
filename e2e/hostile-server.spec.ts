/**
 * A signaling server that means harm, and what it does with the boxes that it is to hand on: it reads, alters, drops,
 * delays, repeats and misdirects them. It never learns what is in them; no link forms but with the right key; and who
 * was kept apart links once it behaves.
 */
import { randomBytes } from 'node:crypto'
import { within } from './fixtures/gathering'
import {
  alter,
  crossDeliver,
  drop,
  inventAddress,
  reflect,
  reorder,
  resize,
  splice,
  together,
} from './fixtures/hostile-conduct'
import { expect, expectAlone, expectRightLinks, test } from './fixtures/hostile-test'
import { secretOf } from './fixtures/spelling'

test('[IN3] the server reads everything and learns nothing, not even that somebody has come back', async ({
  hostile,
  enter,
  follow,
}) => {
  const [alice, bob] = await enter('Alice Aardvark', 'Bob Bumblebee')
  await expectRightLinks([alice, bob])
  await bob.handle('where is the owl', { kind: 'value', value: 'in the tower' })
  await alice.request(bob.id, 'where is the owl', 'please tell')
  await alice.send(bob.id, 'the heron nests behind the mill')
  const descriptions = [...(await alice.ownDescriptions()), ...(await bob.ownDescriptions())]
  const before = bob.id
  const [whenBobWasNew, boxesBefore] = [hostile.joins.length - 1, hostile.boxes.length]
  await bob.reload()
  await follow(alice, { name: 'Bob Bumblebee' }, bob)
  await expectRightLinks([alice, bob])
  descriptions.push(...(await alice.ownDescriptions()), ...(await bob.ownDescriptions()))

  expect(bob.id, 'those in the room know him again').toBe(before)
  const [first, second] = [hostile.joins[whenBobWasNew], hostile.joins.at(-1)]
  expect(second?.peer).not.toBe(first?.peer)
  expect(second?.token).not.toBe(first?.token)
  expect(second?.headers.cookie).toBeUndefined()
  const texts = [
    'where is the owl',
    'please tell',
    'in the tower',
    'the heron nests',
    'said at',
    'Aardvark',
    'Bumblebee',
  ]
  const words = ['ice-ufrag', 'fingerprint', 'candidate', 'session', 'signals', 'v=0']
  const tellTale = descriptions.flatMap(partsOf)
  expect(tellTale.length, 'what the tabs told one another').toBeGreaterThan(8)
  expect(hostile.find(hostile.room), 'what a server may know, to show that what is there is found').not.toEqual([])
  for (const text of [...texts, ...words, ...tellTale, alice.id, bob.id, secretOf(alice.link), '#/r/']) {
    expect(hostile.find(text), `what the server heard of "${text}"`).toEqual([])
  }
  for (const id of [alice.id, bob.id, secretOf(alice.link)]) {
    expect(hostile.findBytes(Buffer.from(id, 'base64url')), `the bytes of ${id}`).toEqual([])
  }
  const boxes = hostile.boxes.map(({ box }) => Buffer.from(box))
  expect(boxesBefore).toBeGreaterThan(1)
  expect(findCommon(boxes), 'what two boxes have in common').toEqual([])
})

test('[IN3] a box that was altered, cut, put together from two, or sent back opens for nobody', async ({
  hostile,
  enter,
}) => {
  const harm = together(alter(), resize(), splice(), reflect)
  hostile.conduct = { carry: harm }
  const [alice, bob] = await enter('Alice', 'Bob')
  await expect.poll(() => hostile.boxes.length).toBeGreaterThan(0)
  // Whoever comes back begins anew, with boxes to put together with the first ones.
  hostile.hangUp()
  await expect.poll(() => hostile.delivered).toBeGreaterThanOrEqual(12)
  hostile.conduct = { carry: drop }
  const count = async () => (await alice.refused()).length + (await bob.refused()).length
  await expect.poll(count).toBe(hostile.delivered)
  await expectAlone(alice, bob)

  hostile.behave()
  await expectRightLinks([alice, bob])
  for (const tab of [alice, bob]) expect(await tab.reasons()).toEqual(['does-not-open'])
})

test('[DI10] who was kept apart by a server that hands nothing on links when it does', async ({ hostile, enter }) => {
  hostile.conduct = { carry: drop }
  const [alice, bob] = await enter('Alice', 'Bob')
  await expect.poll(() => hostile.boxes.length).toBeGreaterThan(0)
  await expectAlone(alice, bob)

  hostile.behave()
  await expectRightLinks([alice, bob])
  for (const tab of [alice, bob]) expect(await tab.refused()).toEqual([])
})

test('[IN4] links form when boxes come late, in another order and five times, and each counts once', async ({
  hostile,
  enter,
}) => {
  const late = reorder(300)
  hostile.conduct = { carry: async (carried) => (await late(carried)).flatMap((one) => [one, one, one, one, one]) }
  const [alice, bob, carol] = await enter('Alice', 'Bob', 'Carol')
  await expectRightLinks([alice, bob, carol])
  for (const tab of [alice, bob, carol]) expect(await tab.reasons()).toEqual(['replayed'])
})

test('[IN4] what was recorded, in this stay or in an earlier one, leads nowhere', async ({
  hostile,
  enter,
  follow,
}) => {
  const [alice, bob, carol] = await enter('Alice', 'Bob', 'Carol')
  await expectRightLinks([alice, bob, carol])
  const recorded = [...hostile.boxes]
  await bob.reload()
  await follow(alice, { name: 'Bob' }, bob)
  await expectRightLinks([alice, bob, carol])
  const made = await Promise.all([alice, bob, carol].map((tab) => tab.countConnectionsMade()))
  const bobThen = hostile.addressOf(1)
  const bobNow = hostile.latest
  const moved = recorded.map((one) => ({
    ...one,
    from: one.from === bobThen ? bobNow : one.from,
    to: one.to === bobThen ? bobNow : one.to,
  }))
  for (let time = 0; time < 5; time++) for (const one of [...recorded, ...moved]) hostile.deliver(one)

  await expect.poll(() => bob.reasons()).toEqual(['does-not-open'])
  for (const tab of [alice, carol]) await expect.poll(() => tab.reasons()).toEqual(['does-not-open', 'replayed'])
  await expectRightLinks([alice, bob, carol])
  expect(await Promise.all([alice, bob, carol].map((tab) => tab.countConnectionsMade()))).toEqual(made)
})

test('[IN3] a box opens for nobody but the one it was meant for', async ({ hostile, enter }) => {
  const everybody = () => hostile.present(hostile.room)
  hostile.conduct = { carry: (carried) => crossDeliver(everybody())(carried) }
  const tabs = await enter('Alice', 'Bob', 'Carol')
  await expectRightLinks(tabs)
  await expect.poll(() => tabs[0].reasons()).toEqual(['does-not-open'])
  for (const tab of tabs) expect((await tab.reasons()).filter((reason) => reason !== 'does-not-open')).toEqual([])
})

test('[IN5] of thousands of boxes that come at once no more are looked at than may be, and they cost nobody a link', async ({
  hostile,
  enter,
  follow,
}) => {
  const [alice, bob] = await enter('Alice', 'Bob')
  await expectRightLinks([alice, bob])
  const [example] = hostile.boxes
  if (example === undefined) throw new Error('there was no box')
  const to = hostile.addressOf(0)
  for (let count = 0; count < 5000; count++) {
    const from = count % 2 === 0 ? example.from : inventAddress()
    hostile.deliver({ ...example, from, to, box: randomBytes(1000) })
  }

  await expect.poll(async () => (await alice.refused()).length).toBeGreaterThan(1000)
  expect(await alice.reasons()).toEqual(['does-not-open'])
  expect((await alice.refused()).length).toBeLessThan(4500)
  expect(await bob.reasons()).toEqual([])
  await alice.send(bob.id, 'still here')
  await bob.send(alice.id, 'so am I')
  const carol = await follow(alice, { name: 'Carol' })
  // What she sends while Alice still turns the flood away is lost, and sent again after 5 s (DI5).
  await expectRightLinks([alice, bob, carol], within(15))
})

/** The parts of a session description that are somebody's own. */
function partsOf(sdp: string): string[] {
  const secrets = [...sdp.matchAll(/^a=(?:ice-ufrag|ice-pwd|fingerprint):(.+?)\r?$/gm)].map(([, value]) => value ?? '')
  const places = [...sdp.matchAll(/^a=candidate:\S+ \d+ \S+ \d+ (\S+) (\d+)/gm)].map(([, place]) => place ?? '')
  return [...secrets, ...places]
}

/** @returns stretches of 8 bytes that occur in more than one box */
function findCommon(boxes: readonly Buffer[]): string[] {
  const seen = new Set<string>()
  const common = new Set<string>()
  for (const box of boxes) {
    for (let at = 0; at + 8 <= box.length; at++) {
      const stretch = box.toString('hex', at, at + 8)
      if (seen.has(stretch)) common.add(stretch)
      seen.add(stretch)
    }
  }
  return [...common]
}
