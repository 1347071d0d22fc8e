/**
 * A signaling server that means harm and has a member of the room on its side: together they read introductions, and
 * seal what they like as from anybody. They can keep people apart, as any server can; they cannot speak as somebody else,
 * and whoever stands between two people is seen to be another.
 */
import { expect, expectAlone, expectRightLinks, SOON, test } from './fixtures/hostile-test'
import { Insider, type Way } from './fixtures/insider'
import type { LibraryTab } from './fixtures/library-tab'

const CANDIDATE = {
  kind: 'candidate',
  candidate: 'candidate:1 1 udp 2113937151 127.0.0.1 9 typ host',
  sdpMid: '0',
  sdpMLineIndex: 0,
} as const

test('[DI12] a member who speaks from the address of another is not heard in their calls', async ({
  hostile,
  enter,
}) => {
  hostile.conduct = { carry: () => [] }
  const [alice, bob] = await enter('Alice', 'Bob')
  const mallory = await Insider.of(alice.link)
  const early: string[] = []
  hostile.conduct = {
    carry: async (carried) => {
      const { session, signals } = await mallory.read(carried)
      const isAnswer = signals.some(({ kind }) => kind === 'answer')
      const fingerprint = 'a=fingerprint:sha-256 00:11'
      const swapped = signals.map((signal) =>
        signal.kind === 'candidate'
          ? CANDIDATE
          : { ...signal, sdp: signal.sdp.replace(/a=fingerprint:\S+ /, fingerprint) },
      )
      // Before the answer nobody knows whose it will be; the caller keeps what fits it.
      early.push(session)
      const before = isAnswer ? [await mallory.say(carried, { session, signals: [CANDIDATE] })] : []
      return [...before, carried, await mallory.say(carried, { session, signals: swapped })]
    },
  }
  hostile.hangUp()
  await expectRightLinks([alice, bob])
  expect(early.length).toBeGreaterThan(0)
  for (const tab of [alice, bob]) expect(await tab.reasons()).toEqual(['not-yours'])
})

test('[IN3] what somebody signed cannot be reworded, sent on to another, or said again', async ({ hostile, enter }) => {
  const [alice, bob, carol] = await enter('Alice', 'Bob', 'Carol')
  await expectRightLinks([alice, bob, carol])
  const mallory = await Insider.of(alice.link)
  const [atAlice, atBob, atCarol] = [hostile.addressOf(0), hostile.addressOf(1), hostile.addressOf(2)]
  const fromBob = hostile.boxes.filter(({ from, to }) => from === atBob && to === atAlice)
  const made = await alice.countConnectionsMade()
  for (const box of fromBob) {
    hostile.deliver(mallory.redirect(box, { from: atBob, to: atCarol }))
    hostile.deliver(mallory.redirect(box, { from: atCarol, to: atAlice }))
    hostile.deliver(mallory.reword(box, swapFingerprint))
    hostile.deliver(mallory.redirect(box, box))
  }
  await expect.poll(() => alice.reasons()).toEqual(['forged', 'replayed'])
  await expect.poll(() => carol.reasons()).toEqual(['forged'])

  for (const content of [Buffer.of(0xc1), Buffer.alloc(4000, 0x91), Buffer.from([0x93, 0xc0, 0xc0, 0xc0])]) {
    hostile.deliver(mallory.put(content, { from: atBob, to: atAlice }))
  }
  await expect.poll(() => alice.reasons()).toEqual(['forged', 'malformed', 'replayed'])
  await expectRightLinks([alice, bob, carol])
  expect(await alice.countConnectionsMade()).toBe(made)
})

test('[IN3] the keys of another room open nothing in this one', async ({ hostile, enter, openLibraryTab }) => {
  const [alice, bob] = await enter('Alice', 'Bob')
  await expectRightLinks([alice, bob])
  const elsewhere = await openLibraryTab()
  const { link } = await elsewhere.join({ name: 'Mallory', servers: [hostile.url] })
  const mallory = await Insider.of(link)
  const way: Way = { from: hostile.addressOf(1), to: hostile.addressOf(0) }
  hostile.deliver(await mallory.say(way, { session: 'abc', signals: [CANDIDATE] }, hostile.room))
  await expect.poll(() => alice.reasons()).toEqual(['does-not-open'])
  // The server may also say that they are all in one room.
  hostile.conduct = {
    list: (others, asker) =>
      [...new Set([...others, ...hostile.joins.map(({ peer }) => peer)])].filter((one) => one !== asker),
    carry: (carried) => hostile.roomsOf(carried.to).map((room) => ({ ...carried, room })),
  }
  hostile.hangUp()
  // Of two who come back, the later one calls the earlier.
  await expect.poll(async () => [...(await elsewhere.reasons()), ...(await bob.reasons())]).toContain('does-not-open')
  await expectAlone(elsewhere)

  hostile.behave()
  await expectRightLinks([alice, bob])
})

test('[ID5] whoever is put in the place of somebody is seen to be another, whatever name they take', async ({
  hostile,
  enter,
  follow,
  openLibraryTab,
}) => {
  const [alice, bob] = await enter('Alice', 'Bob')
  await expectRightLinks([alice, bob])
  await alice.setVerified(bob.id, true)
  await bob.setVerified(alice.id, true)
  const code = await bob.safetyCode(alice.id)
  const made = await alice.countConnectionsMade()

  // Mallory's page takes the very address of Alice, and calls herself so.
  const mallory = await openLibraryTab()
  await drawAddress(mallory, hostile.addressOf(0))
  await follow(alice, { name: 'Alice' }, mallory)
  expect(hostile.latest, 'Mallory is where Alice is').toBe(hostile.addressOf(0))
  await expect.poll(() => bob.reasons(), 'as long as Bob and Alice are linked').toEqual(['not-yours'])
  expect(await alice.countConnectionsMade(), 'nobody cut their link').toBe(made)

  // Bob comes back, and is brought to Mallory when he calls Alice.
  await bob.reload()
  await follow(alice, { name: 'Bob' }, bob)
  await expect.poll(() => bob.idsLinked()).toEqual([mallory.id])
  expect(mallory.id).not.toBe(alice.id)
  expect(await bob.memberOf(mallory)).toMatchObject({ name: 'Alice', verified: false })
  expect(await bob.safetyCode(mallory.id)).not.toBe(code)
  expect(await mallory.safetyCode(bob.id)).toBe(await bob.safetyCode(mallory.id))

  await mallory.leave()
  hostile.behave()
  await expect.poll(() => bob.idsLinked(), SOON).toEqual([alice.id])
  expect((await bob.memberOf(alice))?.verified).toBe(true)
  expect(await bob.safetyCode(alice.id)).toBe(code)
})

function swapFingerprint(content: Buffer): Buffer {
  const at = content.indexOf('a=fingerprint:sha-256 ') + 'a=fingerprint:sha-256 '.length
  const changed = Buffer.from(content)
  changed.write(content.toString('latin1', at, at + 2) === '00' ? '11' : '00', at, 'latin1')
  return changed
}

/** Whatever random 16 bytes the library asks for in that tab, it gets these: its address is one of them. */
async function drawAddress(tab: LibraryTab, address: string): Promise<void> {
  await tab.page.evaluate(
    (bytes) => {
      const draw = crypto.getRandomValues.bind(crypto)
      crypto.getRandomValues = (into) => {
        draw(into)
        if (into instanceof Uint8Array && into.length === bytes.length) into.set(bytes)
        return into
      }
    },
    [...Buffer.from(address, 'base64url')],
  )
}
