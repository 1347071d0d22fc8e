/** The app as people use it: into rooms, talking in them, out of them and back. */
import type { Page } from 'playwright/test'
import { within } from './fixtures/gathering'
import { expect, test } from './fixtures/test'

test('alice opens a room, bob comes in by its link, and they talk', async ({ openTab }) => {
  const alice = await openTab()
  const link = await alice.openNewRoom()
  expect(link).toMatch(/#\/r\/[\w-]{22}$/)

  const bob = await openTab({ at: link })
  await expect(alice.people).toHaveCount(2)
  await expect(bob.people).toHaveCount(2)
  await expect(alice.people.first()).toContainText('(you)')
  await expect(bob.people.first()).toContainText('(you)')
  await expect(alice.connection).toHaveText('Connected to 1 person')

  await alice.say('hello bob')
  await bob.say('hello alice')

  for (const tab of [alice, bob]) {
    await expect(tab.messages).toContainText('hello bob')
    await expect(tab.messages).toContainText('hello alice')
  }
  await expect(alice.messages.getByText('delivered to all')).toBeVisible()
  await expect(alice.message, 'what was sent is not in the box any more').toHaveValue('')
})

test('bob pastes the link on the landing page', async ({ openTab }) => {
  const alice = await openTab()
  const link = await alice.openNewRoom()

  const bob = await openTab()
  await bob.join(`  ${link} `)

  await expect(bob.people).toHaveCount(2)
  expect(bob.page.url()).toBe(link)
})

test('the room link is copied', async ({ openTab }) => {
  const alice = await openTab()
  await alice.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const link = await alice.openNewRoom()

  await alice.page.getByRole('button', { name: 'Copy room link' }).click()

  await expect(alice.page.getByText('Room link copied')).toBeVisible()
  expect(await alice.page.evaluate(() => navigator.clipboard.readText())).toBe(link)
})

test('alice and bob talk alone while carol is in the room', async ({ meet }) => {
  const [alice, bob, carol] = await meet('Alice', 'Bob', 'Carol')

  await alice.openDirectConversation('Bob')
  await alice.say('between you and me')
  await expect(alice.directMessages('Bob')).toContainText('delivered')

  await bob.openDirectConversation('Alice')
  await expect(bob.directMessages('Alice')).toContainText('between you and me')
  await bob.say('my lips are sealed')
  await expect(alice.directMessages('Bob')).toContainText('my lips are sealed')

  await carol.say('what are you two up to?')
  await bob.page.getByRole('button', { name: 'Everyone' }).click()
  await expect(bob.messages).toContainText('what are you two up to?')
  await expect(bob.messages).not.toContainText('between you and me')
  await expect(carol.messages).not.toContainText('between you and me')
  await carol.openDirectConversation('Alice')
  await expect(carol.directMessages('Alice')).not.toContainText('between you and me')
})

test('on a phone the people are one tap away, and so is the way back', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  await alice.page.setViewportSize({ width: 390, height: 844 })
  await expect(alice.people).toHaveCount(0)

  await alice.page.getByRole('button', { name: /^People/ }).click()
  await alice.openDirectConversation('Bob')
  await alice.say('from the bus')
  await bob.openDirectConversation('Alice')
  await expect(bob.directMessages('Alice')).toContainText('from the bus')

  await alice.page.getByRole('button', { name: 'Back to everyone' }).click()
  await expect(alice.messages).toBeVisible()
})

test('a name is seen by the others, and remembered when the page is loaded again', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')

  await alice.call('Dr. Alice')
  await expect(bob.person('Dr. Alice')).toBeVisible()

  await alice.page.reload()
  await expect(alice.ownName).toHaveValue('Dr. Alice')
  await expect(alice.people.first()).toContainText('Dr. Alice')
  await expect(alice.connection).toHaveText('Connected to 1 person')
  await alice.say('here I am')
  await expect(bob.messages).toContainText('here I am')
  await expect(bob.person('Dr. Alice')).toHaveCount(1)
})

test('[RP2] bob loads the page again: he is back in the room, and no ghost of him stays', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')

  await bob.page.reload()
  await expect(bob.connection).toHaveText('Connected to 1 person')
  await bob.say('back again')

  await expect(alice.messages).toContainText('back again')
  await expect(alice.people).toHaveCount(2)
  await expect(bob.people).toHaveCount(2)
})

test('back leads out of the room, and forward into it again', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const link = alice.page.url()

  await alice.page.goBack()
  await expect(alice.newRoom).toBeVisible()
  await expect(bob.people).toHaveCount(1)

  await alice.page.goForward()
  await expect(alice.people).toHaveCount(2)
  await expect(bob.people).toHaveCount(2)
  expect(alice.page.url()).toBe(link)
})

test('leaving leads to the start, and the others see it at once', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')

  await alice.page.getByRole('link', { name: 'Leave room' }).click()

  await expect(alice.newRoom).toBeVisible()
  await expect(bob.people).toHaveCount(1, within(2))
})

test('two clicks on New room make one room', async ({ openTab }) => {
  const alice = await openTab()

  await alice.newRoom.dblclick()
  await expect(alice.people).toHaveCount(1)

  await alice.page.goBack()
  await expect(alice.newRoom, 'there is one room in the history').toBeVisible()
})

test('another room in the address: the first one is left', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')

  await alice.page.evaluate(() => {
    location.hash = '#/n/another%20room'
  })
  await alice.enterWith('another password')

  await expect(alice.page.getByRole('heading', { name: 'another room', level: 1, exact: true })).toBeVisible(within(30))
  await expect(bob.people).toHaveCount(1)
  await expect(alice.people).toHaveCount(1)
  await bob.say('is anybody here?')
  await expect(bob.messages).toContainText('nobody else is here now')
})

test('one person with the room in two tabs is there twice, and both tabs work', async ({ openTab }) => {
  const first = await openTab()
  const link = await first.openNewRoom()
  const second = await openTab({ at: link, beside: first })

  await expect(first.people).toHaveCount(2)
  await expect(second.people).toHaveCount(2)
  await second.say('from my other tab')
  await expect(first.messages).toContainText('from my other tab')
  await second.close()
  await expect(first.people).toHaveCount(1)
})

test('two people with one name are told apart', async ({ meet }) => {
  const [alice, ...robins] = await meet('Alice', 'Robin A', 'Robin B')
  for (const robin of robins) await robin.call('Robin')

  const buttons = alice.page.getByRole('button', { name: /^Message Robin/ })
  await expect(alice.person('Robin A')).toHaveCount(0)
  await expect(alice.person('Robin B')).toHaveCount(0)
  await expect(buttons).toHaveCount(2)
  const names = await buttons.evaluateAll((all) => all.map((button) => button.getAttribute('aria-label')))
  expect(new Set(names).size, names.join(' and ')).toBe(2)

  await buttons.first().click()
  await alice.say('which of you is this?')
  await expect(alice.page.getByText('delivered')).toBeVisible()
  for (const robin of robins) await robin.openDirectConversation('Alice')
  const heard = await Promise.all(robins.map((robin) => robin.directMessages('Alice').textContent()))
  expect(heard.filter((text) => text?.includes('which of you is this?'))).toHaveLength(1)
})

test('[RL4] a link that leads to no room is explained, with a way back', async ({ openTab }) => {
  const alice = await openTab({ at: '/#/r/too-short' })
  await expect(alice.page.getByRole('heading', { level: 1 })).toHaveText('This room link does not work')
  await expect(alice.page.getByText(/ask for it again/i)).toBeVisible()

  await alice.page.getByRole('link', { name: 'Back to start' }).click()
  await expect(alice.newRoom).toBeVisible()

  await alice.join('https://example.org/not-a-room')
  await expect(alice.page.getByRole('alert')).not.toBeEmpty()
  await alice.join('')
  await expect(alice.page.getByRole('alert')).not.toBeEmpty()
  await expect(alice.newRoom).toBeVisible()
})

test('names and messages are text, whatever they mean elsewhere', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const asked: string[] = []
  bob.page.on('request', (request) => asked.push(request.url()))
  const markup = '<img src=/x onerror="document.title=\'broken\'"><b>bold</b> & <script>alert(1)</script>'
  const hostile = [
    markup,
    'javascript:alert(1) data:text/html,<script>alert(1)</script> vbscript:x',
    'http://a"onmouseover="alert(1) https://b/<svg/onload=alert(1)>',
    '\u202eevil\u202c \u2066isolated\u2069 zero\u200bwidth\u200d',
    `${'long'.repeat(300)}`,
    '{{constructor.constructor("alert(1)")()}} &lt;b&gt; &#60;b&#62;',
  ]
  const name = '<b onclick=alert(1)>\u202eBob\u200b</b>'

  await alice.call(name)
  for (const text of hostile) await alice.say(text)

  await expect(bob.messages.getByRole('article')).toHaveCount(hostile.length)
  await expect(bob.person('<b onclick=alert(1)>Bob</b>')).toHaveCount(1)
  const texts = (await bob.messages.getByRole('article').allInnerTexts()).join('\n')
  for (const text of hostile) expect(texts.includes(text), `${JSON.stringify(text)} is shown as it is`).toBe(true)
  await expect(
    bob.messages.locator('b, img:not([role]), script, iframe, object, [onclick], [onmouseover], [onload]'),
  ).toHaveCount(0)
  const links = await bob.messages.getByRole('link').evaluateAll((all) => all.map((link) => link.getAttribute('href')))
  expect(links.filter((href) => !/^https?:\/\//.test(href ?? ''))).toEqual([])
  expect(asked, 'requests that a message made').toEqual([])
  await expect(bob.page).toHaveTitle(/Starling$/)

  for (const width of [360, 1280]) {
    await bob.page.setViewportSize({ width, height: 740 })
    expect(await overflow(bob.page), `nothing hangs over, ${width} wide`).toBe(0)
  }
})

test('[DT4] a message that is too long is refused in words, and stays in the box', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const text = 'word '.repeat(400_000)

  await alice.say(text)

  await expect(alice.page.getByRole('alert').filter({ hasText: 'Not sent' })).toContainText('1 MiB at most')
  expect(await alice.message.inputValue()).toBe(text)
  await alice.say('shorter')
  await expect(bob.messages).toContainText('shorter')
  await expect(bob.messages).not.toContainText('word')
})

test('[SI3] the server goes and comes back: the app says so, and the talk goes on', async ({
  meet,
  openTab,
  server,
}) => {
  const [alice, bob] = await meet('Alice', 'Bob')

  await server.stop()
  await expect(alice.connection).toContainText('Signaling server unreachable')
  await expect(alice.connection).toContainText('your link stays up')
  await alice.say('the server is gone, we are not')
  await expect(bob.messages).toContainText('the server is gone, we are not')

  await server.restart()
  await expect(alice.connection).toHaveText('Connected to 1 person')
  const carol = await openTab({ at: alice.page.url() })
  await expect(carol.people).toHaveCount(3)
  await expect(alice.connection).toHaveText('Connected to 2 people')
})

/** @returns CSS pixels by which the page, or the log in it, is wider than there is room for */
async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const boxes = [document.documentElement, ...document.querySelectorAll('[role=log]')]
    return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth))
  })
}
