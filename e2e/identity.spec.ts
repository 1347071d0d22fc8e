/** Who is who, as people of the app find out: passwords of rooms, safety codes, marks, and the same person after a reload. */
import { within } from './fixtures/gathering'
import { expect, test } from './fixtures/test'

test('[RL3] two people who say the same name and password of a room meet in it', async ({ openTab }) => {
  const [alice, bob] = [await openTab(), await openTab()]

  await Promise.all([
    alice.enterNamedRoom('Breakfast club', 'eggs and toast'),
    bob.enterNamedRoom(' breakfast  CLUB', ' eggs and toast '),
  ])

  await expect(alice.people).toHaveCount(2)
  await expect(bob.people).toHaveCount(2)
  await expect(bob.page.getByRole('heading', { name: /breakfast club/i, level: 1 })).toBeVisible()

  await bob.page.reload()
  await expect(bob.people, 'nobody is asked twice').toHaveCount(2)
})

test('[SI1] a room with a password opens also while the server is down', async ({ openTab, server }) => {
  const alice = await openTab()
  await server.stop()

  await alice.enterNamedRoom('Breakfast club', 'eggs and toast')

  await expect(alice.connection).toContainText('Signaling server unreachable')
})

test('somebody with another password is told so, and gets in with the right one', async ({ openTab }) => {
  const [alice, mallory] = [await openTab(), await openTab()]
  await alice.enterNamedRoom('Breakfast club', 'eggs and toast')

  await mallory.join('Breakfast club')
  await mallory.enterWith('short')
  await expect(mallory.page.getByRole('alert')).toContainText('at least 8 characters')
  await mallory.enterWith('ham and cheese')
  const another = mallory.page.getByRole('button', { name: 'Type another password' })
  await expect(another).toBeVisible(within(30))
  await expect(mallory.page.getByText('Nobody else is here yet')).toHaveCount(0)
  await expect(alice.people).toHaveCount(1)

  await another.click()
  await expect(mallory.password).toBeFocused()
  await mallory.enterWith('eggs and toast')
  await expect(mallory.people).toHaveCount(2, within(30))
  await expect(alice.people).toHaveCount(2)
  await expect(alice.page.getByRole('button', { name: 'Type another password' })).toHaveCount(0)
})

test('whoever goes back while a password is worked on stays outside', async ({ openTab }) => {
  const alice = await openTab()
  await alice.join('Breakfast club')
  await alice.enterWith('eggs and toast')
  await expect(alice.page.getByRole('progressbar')).toBeVisible()

  await alice.page.goBack()
  await expect(alice.newRoom).toBeVisible()

  await alice.page.goForward()
  await expect(alice.password.or(alice.messages)).toBeVisible()
})

test('two people compare codes, mark each other, and find the marks when they load the page again', async ({
  meet,
}) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  await alice.say('is it you?')

  const shown = [await alice.openSafetyCode('Bob'), await bob.openSafetyCode('Alice')]
  expect(shown[0]).toHaveLength(8)
  expect(shown[0]).toEqual(shown[1])
  await bob.safety.getByRole('button', { name: 'Not the same' }).click()
  await expect(bob.safety.getByRole('alert')).toContainText('Do not trust this conversation yet')
  for (const [tab, other] of [
    [alice, 'Bob'],
    [bob, 'Alice'],
  ] as const) {
    await tab.safety.getByRole('button', { name: /mark as verified/ }).click()
    await expect(tab.safety.getByRole('status')).toContainText('as verified')
    await tab.page.keyboard.press('Escape')
    await expect(tab.verifiedMark(tab.person(other))).toBeVisible()
  }
  await expect(bob.verifiedMark(bob.messages)).toHaveCount(1)

  for (const tab of [alice, bob]) await tab.page.reload()
  await expect(alice.verifiedMark(alice.person('Bob'))).toBeVisible()
  await expect(bob.verifiedMark(bob.person('Alice'))).toBeVisible()
  await alice.openDirectConversation('Bob')
  await expect(alice.verifiedMark(alice.page.getByRole('heading', { name: 'Bob' }))).toBeVisible()

  await alice.openSafetyCode('Bob')
  await alice.safety.getByRole('button', { name: 'Take the mark back' }).click()
  await alice.page.keyboard.press('Escape')
  await expect(alice.verifiedMark(alice.page.locator('body'))).toHaveCount(0)
})

test('whoever takes the name of somebody verified does not look verified', async ({ meet }) => {
  const [alice, bob, mallory] = await meet('Alice', 'Bob', 'Mallory')
  await alice.openSafetyCode('Bob')
  await alice.safety.getByRole('button', { name: /mark as verified/ }).click()
  await alice.page.keyboard.press('Escape')

  await mallory.call('Воb ✓')
  await mallory.say('it is me')
  await bob.say('no, it is me')

  await expect(alice.messages).toContainText('no, it is me')
  await expect(alice.people.filter({ hasText: 'not the one you verified' })).toHaveCount(1)
  await expect(alice.verifiedMark(alice.people)).toHaveCount(1)
  const fake = alice.messages.getByRole('article').filter({ hasText: 'it is me' }).filter({ hasNotText: 'no,' })
  await expect(fake.getByRole('img', { name: 'not the one you verified' })).toBeVisible()
  await expect(alice.verifiedMark(fake)).toHaveCount(0)
})

test('bob loads the page again: he goes on as the same person, and nobody reads that he left', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  await bob.openDirectConversation('Alice')
  await bob.say('before')
  // What is not kept yet is lost with the page, and says so until then.
  await expect(bob.directMessages('Alice').getByText('delivered', { exact: true })).toBeVisible()

  await bob.page.reload()
  await bob.openDirectConversation('Alice')
  await bob.say('after')

  await alice.openDirectConversation('Bob')
  await expect(alice.directMessages('Bob')).toContainText('before')
  await expect(alice.directMessages('Bob')).toContainText('after')
  await expect(alice.page.getByText(/^Bob (left|is back|came in)$/)).toHaveCount(0)
})
