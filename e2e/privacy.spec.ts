/** What the server gets to see of a conversation: introductions, and not a word. */
import { gatherWith, joinTogether } from './fixtures/gathering'
import type { RecordingProxy } from './fixtures/recording-proxy'
import { secretOf } from './fixtures/spelling'
import { expect, test } from './fixtures/test'

test('[RL5] the server learns that two tabs meet, and neither their room, their names nor a word that they say', async ({
  openLibraryTab,
  recordingProxy,
}) => {
  const gather = gatherWith(() => openLibraryTab({ origin: recordingProxy.url }))
  const [alice, bob, carol] = await gather('Alice Aardvark', 'Bob Bumblebee', 'Carol Capybara')
  const broadcast = 'the heron nests behind the mill, 鷺は水車の裏に'
  const direct = 'the otter knows nothing of it'
  const long = 'the kingfisher is blue. '.repeat(10_000)
  await bob.handle('where is the owl', { kind: 'value', value: { answer: 'the owl is in the tower' } })

  await alice.broadcast(broadcast)
  await alice.broadcast({ nested: [broadcast], bytes: new TextEncoder().encode(broadcast) })
  await alice.send(bob.id, direct)
  await bob.send(carol.id, long)
  await alice.request(bob.id, 'where is the owl', 'please tell')
  await carol.rename('Carol Cormorant')
  await expect.poll(() => alice.namesLinked()).toEqual(['Bob Bumblebee', 'Carol Cormorant'])
  await expect.poll(() => carol.received()).toHaveLength(3)

  expectIntroductionsIn(recordingProxy)
  const secrets = [
    broadcast,
    'the heron nests',
    direct,
    'the kingfisher is blue',
    'where is the owl',
    'please tell',
    'the owl is in the tower',
    'Alice Aardvark',
    'Bob Bumblebee',
    'Carol Capybara',
    'Carol Cormorant',
    secretOf(alice.link),
    ...[alice, bob, carol].map(({ id }) => id),
  ]
  for (const secret of secrets) expectUnseen(recordingProxy, secret)
})

test('[RL6] the server learns neither the name nor the password of a room that people call by name', async ({
  openTab,
  recordingProxy,
}) => {
  const tabs = [await openTab({ at: recordingProxy.url }), await openTab({ at: recordingProxy.url })] as const
  const password = 'the owl and the pussycat'
  // One after the other: hashing a password takes all that the machine has.
  for (const tab of tabs) await tab.enterNamedRoom('Breakfast at the lighthouse', password)
  for (const tab of tabs) await expect(tab.people).toHaveCount(2)
  await tabs[0].say('the pancakes are burnt')
  await expect(tabs[1].messages).toContainText('the pancakes are burnt')
  await tabs[1].page.reload()
  await expect(tabs[1].people).toHaveCount(2)

  expectIntroductionsIn(recordingProxy)
  const name = 'breakfast at the lighthouse'
  const room = parsedName(tabs[0].page.url())
  expect(room, 'the name in the address').toBe(name)
  for (const secret of ['Breakfast at the lighthouse', name, 'lighthouse', password, 'pussycat', 'pancakes']) {
    expectUnseen(recordingProxy, secret)
  }
})

test('the server sees nothing of a talk that goes on while links break and it is restarted itself', async ({
  openLibraryTab,
  recordingProxy,
  server,
}) => {
  const [alice, bob] = [
    await openLibraryTab({ origin: recordingProxy.url }),
    await openLibraryTab({ origin: recordingProxy.url }),
  ]
  await joinTogether([alice, bob], ['Alice', 'Bob'])
  await expect.poll(() => alice.namesLinked()).toEqual(['Bob'])

  await Promise.all([alice.cutLinks(), bob.cutLinks()])
  await alice.send(bob.id, 'said while the link was cut')
  await server.restart()
  await alice.send(bob.id, 'said while the server was away')
  await expect.poll(async () => (await alice.status()).signaling.kind).toBe('connected')

  expectIntroductionsIn(recordingProxy)
  expectUnseen(recordingProxy, 'said while the link was cut')
  expectUnseen(recordingProxy, 'said while the server was away')
})

/** Otherwise nothing would be found because nothing was recorded. */
function expectIntroductionsIn({ payloads }: RecordingProxy): void {
  for (const way of ['to-server', 'to-client']) {
    const boxes = payloads.filter((payload) => payload.way === way && payload.kind === 'binary')
    expect(boxes.length, `boxes that went ${way}`).toBeGreaterThan(0)
  }
}

function expectUnseen(proxy: RecordingProxy, secret: string): void {
  expect(proxy.find(secret), `what passed the server and holds "${secret}"`).toEqual([])
}

/** What the address bar says of the room, which no server is told. */
function parsedName(address: string): string {
  return decodeURIComponent(new URL(address).hash.replace('#/n/', ''))
}
