/** What becomes of a message in the app: how far it got, what came of it, what stays over reloads, and what is forgotten. */

import type { AppTab } from './fixtures/app-tab'
import { upTo, within } from './fixtures/gathering'
import type { LibraryTab } from './fixtures/library-tab'
import { ServerProcess } from './fixtures/server-process'
import { expect, test } from './fixtures/test'

/** More of one person in a row would be folded. */
const IN_A_ROW = 90

test('a message tells how far it got: kept here, with some of them, with all', async ({ meet }) => {
  const [alice, bob, carol] = await meet('Alice', 'Bob', 'Carol')
  for (const tab of [bob, carol]) await tab.freeze()

  await alice.say('can you hear me?')

  const message = alice.said('can you hear me?')
  await expect(message.getByText('sent', { exact: true })).toBeVisible()
  await bob.thaw()
  await expect(message.getByText('delivered to 1 of 2')).toBeVisible()
  await carol.thaw()
  await expect(message.getByText('delivered to all')).toBeVisible()
  for (const tab of [bob, carol]) await expect(tab.messages).toContainText('can you hear me?')
})

test('hundreds of messages are there for whoever comes later, page by page, and stay over a reload', async ({
  openTab,
  openLibraryTab,
}) => {
  const alice = await openTab()
  const link = await alice.openNewRoom()
  const chatterbox = await openLibraryTab()
  await chatterbox.join({ link, name: 'Chatterbox' })
  const count = 4 * IN_A_ROW
  await sayMuch(chatterbox, alice, count)

  const carol = await openTab({ at: link })
  await expect(carol.said(`this is number ${count}.`)).toBeVisible(within(15))
  await expectAllAbove(carol, count)

  await carol.page.getByRole('button', { name: 'Latest messages' }).click()
  await expect(carol.said(`this is number ${count}.`)).toBeInViewport()
  await chatterbox.close()
  await carol.page.reload()
  await expect(carol.said(`this is number ${count}.`)).toBeInViewport(within(15))
  await expectAllAbove(carol, count)
})

test('a page that is loaded again marks where reading had stopped, once', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const marker = bob.page.getByText('New', { exact: true })
  await alice.say('you have read this')
  await expect(bob.said('you have read this')).toBeInViewport()
  await expect(bob.page.getByRole('button', { name: 'Latest messages' })).toHaveCount(0)

  await bob.openDirectConversation('Alice')
  for (const text of ['and not this', 'nor this']) await alice.say(text)
  await expect(bob.page.getByRole('button', { name: 'Everyone' })).toContainText('2 unread')
  await bob.page.reload()

  await expect(marker).toBeVisible()
  await expect(bob.messages).toHaveText(/you have read this.*New.*and not this.*nor this/s)
  await expect(bob.page.getByRole('button', { name: 'Everyone' })).not.toContainText('unread')
  await bob.page.reload()
  await expect(bob.said('nor this')).toBeVisible()
  await expect(marker).toHaveCount(0)
})

test('an answer quotes what it answers, and leads there, however far back it is', async ({
  meet,
  openTab,
  openLibraryTab,
}) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const chatterbox = await openLibraryTab()
  await chatterbox.join({ link: alice.page.url(), name: 'Chatterbox' })
  await alice.say('where is the key?')

  await bob.press('Reply', bob.said('where is the key?'))
  await expect(bob.page.getByRole('status').filter({ hasText: 'Answering Alice' })).toContainText('where is the key?')
  await bob.page.getByRole('button', { name: 'Cancel the answer' }).click()
  await expect(bob.page.getByText('Answering Alice')).toHaveCount(0)
  await bob.press('Reply', bob.said('where is the key?'))
  await sayMuch(chatterbox, alice, 2 * IN_A_ROW)
  await expect(bob.said(`this is number ${2 * IN_A_ROW}.`)).toBeVisible()
  await bob.say('under the mat')

  await expect(alice.quote(alice.said('under the mat'))).toHaveAccessibleName(/^In reply to you,/)
  const carol = await openTab({ at: alice.page.url() })
  const quote = carol.quote(carol.said('under the mat'))
  await expect(quote).toHaveAccessibleName('In reply to Alice, where is the key?: show that message', within(15))
  await expect(carol.said('where is the key?'), 'the question itself is not drawn').toHaveCount(1)
  await quote.click()
  const question = carol.said('where is the key?').first()
  await expect(carol.quote(question)).toHaveCount(0)
  await expect(question).toBeFocused()
  await expect(question).toBeInViewport()
})

test('people react to a message, join in, and take it back', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  await alice.say('I made a cake')
  const [own, heard] = [alice.said('I made a cake'), bob.said('I made a cake')]

  await bob.react('heart', heard)
  await expect(alice.reactions(own)).toHaveAccessibleName('heart, 1 person: Bob')
  await alice.reactions(own).click()
  await expect(bob.reactions(heard)).toHaveAccessibleName('heart, 2 people: you and Alice')
  await alice.react('party', own)
  await expect(bob.reactions(heard)).toHaveCount(2)

  await bob.react('heart', heard)
  await alice.react('party', own)
  for (const [tab, message, who] of [
    [alice, own, 'you'],
    [bob, heard, 'Alice'],
  ] as const) {
    await expect(tab.reactions(message)).toHaveCount(1)
    await expect(tab.reactions(message)).toHaveAccessibleName(`heart, 1 person: ${who}`)
  }
  await bob.page.reload()
  await expect(bob.reactions(heard)).toHaveCount(1)
  await expect(bob.reactions(heard)).toHaveAccessibleName('heart, 1 person: Alice')
})

test('what was said last is put right with the arrow key, and says that it was', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  await alice.say('see you at tree')
  await expect(bob.messages).toContainText('see you at tree')
  const editing = alice.page.getByRole('button', { name: 'Cancel the edit' })

  await alice.message.press('ArrowUp')
  await expect(alice.message).toHaveValue('see you at tree')
  await alice.message.press('Escape')
  await expect(editing).toHaveCount(0)
  await expect(alice.message).toHaveValue('')
  await alice.message.press('ArrowUp')
  await expect(editing).toBeVisible()
  await alice.message.fill('see you at three')
  await alice.message.press('Enter')

  for (const tab of [alice, bob]) {
    await expect(tab.page.getByRole('article')).toHaveCount(1)
    await expect(tab.said('see you at three').getByText('edited', { exact: true })).toBeVisible()
    await expect(tab.messages).not.toContainText('see you at tree')
  }
  await expect(editing).toHaveCount(0)
  await bob.page.reload()
  await expect(bob.said('see you at three')).toContainText('edited')
})

test('a message is removed once its author has said so twice, and nobody else can', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  await alice.say('my password is swordfish')
  const heard = bob.said('swordfish')
  await heard.hover()
  await expect(heard.getByRole('button', { name: 'Reply' })).toBeVisible()
  await expect(heard.getByRole('button', { name: 'Remove' })).toHaveCount(0)

  await alice.press('Remove', alice.said('swordfish'))
  await alice.removing.getByRole('button', { name: 'Keep it' }).click()
  await expect(alice.removing).toHaveCount(0)
  await alice.press('Remove', alice.said('swordfish'))
  await alice.removing.getByRole('button', { name: 'Remove' }).click()

  for (const tab of [alice, bob]) {
    await expect(tab.messages).toContainText('Message removed')
    await expect(tab.messages).not.toContainText('swordfish')
  }
  await bob.page.reload()
  await expect(bob.said('Message removed')).toBeVisible()
  await expect(bob.messages).not.toContainText('swordfish')
})

test('others see that somebody is typing, until they stop or have said it', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const typing = alice.page.getByText('Bob is typing…')

  await bob.message.fill('h')
  await expect(typing).toBeVisible()
  await bob.message.fill('')
  await expect(typing).toHaveCount(0, within(3))
  await bob.message.fill('hello')
  await expect(typing).toBeVisible()
  await bob.message.press('Enter')
  await expect(alice.messages).toContainText('hello')
  await expect(typing).toHaveCount(0, within(3))
})

test('what was said by somebody who was apart stands in its place, and a button leads there', async ({
  openTab,
  openLibraryTab,
}) => {
  const elsewhere = await ServerProcess.start({ ORIGINS: '*' })
  try {
    const alice = await openTab()
    const link = await alice.openNewRoom()
    const [dave, chatterbox] = [await openLibraryTab(), await openLibraryTab()]
    // What he writes was written a minute ago.
    await dave.page.addInitScript('{ const now = Date.now; Date.now = () => now() - 60_000 }')
    await dave.reload()
    await dave.join({ link, name: 'Dave', servers: [elsewhere.url] })
    await dave.broadcast('hello? is anybody here?')
    await dave.leave()
    await chatterbox.join({ link, name: 'Chatterbox' })
    await sayMuch(chatterbox, alice, IN_A_ROW)

    await dave.join({ link, name: 'Dave' })

    const late = alice.page.getByRole('button', { name: '1 message arrived late' })
    await expect(late).toBeVisible()
    await expect(alice.said(`this is number ${IN_A_ROW}.`)).toBeInViewport()
    await late.click()
    const message = alice.said('hello? is anybody here?')
    await expect(message).toBeFocused()
    await expect(message).toBeInViewport()
    await expect(message.getByText('arrived late')).toBeVisible()
    await expect(alice.messages).toHaveText(/hello\? is anybody here\?.*this is number 20\./s)
    await expect(late).toHaveCount(0)
  } finally {
    await elsewhere.stop()
  }
})

test('a message to somebody who is away waits for them, also when its author loads the page again', async ({
  meet,
  openTab,
}) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const link = alice.page.url()
  await bob.say('I have to go')
  await expect(alice.messages).toContainText('I have to go')
  await alice.openDirectConversation('Bob')
  await bob.close()
  await expect(alice.people).toHaveCount(1)

  await alice.say('you forgot your umbrella')
  await expect(alice.directMessages('Bob')).toContainText('waiting until Bob is back')
  await alice.page.reload()
  await expect(alice.away.filter({ hasText: 'Bob' })).toHaveCount(1)
  await alice.openDirectConversation('Bob')
  // Nobody is here who could take that name, but nobody proves either that it was his alone.
  await expect(alice.said('you forgot your umbrella')).toContainText(/waiting until Bob · [\w-]+ is back/)

  const back = await openTab({ at: link, beside: bob })
  await expect(alice.said('you forgot your umbrella').getByText('delivered', { exact: true })).toBeVisible()
  await expect(alice.away).toHaveCount(0)
  await expect(back.person('Alice')).toContainText('1 unread')
  await back.openDirectConversation('Alice')
  await expect(back.said('you forgot your umbrella')).toHaveCount(1)
})

test('a room is forgotten after a question; another tab goes on, and who comes back is somebody new', async ({
  meet,
  openTab,
}) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const link = alice.page.url()
  const other = await openTab({ at: link, beside: alice })
  await alice.say('remember me')
  await expect(bob.said('remember me')).toBeVisible()
  await expect(other.said('remember me')).toBeVisible()

  // Tabs that are behind others draw once a second.
  await alice.page.bringToFront()
  await alice.askToForget()
  await alice.forgetting.getByRole('button', { name: 'Keep it' }).click()
  await expect(alice.forgetting).toHaveCount(0)
  await expect(alice.said('remember me')).toBeVisible()
  await alice.askToForget()
  await alice.forgetting.getByRole('button', { name: 'Forget this room' }).click()

  await expect(alice.newRoom).toBeVisible()
  await other.say('I am still here')
  await expect(other.page.getByRole('alert').filter({ hasText: 'When this page is closed it is gone' })).toBeVisible()
  await expect(bob.messages).toContainText('I am still here')
  await alice.page.goto(link)
  await expect(alice.said('remember me')).toBeVisible()
  await expect(alice.said('remember me').getByText('(you)'), 'she is somebody else now').toHaveCount(0)
  await expect(bob.said('remember me')).toBeVisible()
})

test('a browser that keeps nothing says so, and the talk goes on', async ({ openTab }) => {
  const alice = await openTab()
  await alice.page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }))
  await alice.page.reload()
  const bob = await openTab({ at: await alice.openNewRoom() })

  const notice = alice.page.getByRole('alert').filter({ hasText: 'When this page is closed it is gone from here' })
  await expect(notice).toBeVisible()
  await expect(alice.people).toHaveCount(2)
  await alice.say('for as long as it lasts')
  await expect(bob.said('for as long as it lasts')).toBeVisible()
  await expect(alice.messages).toContainText('delivered to all')
  await notice.getByRole('button', { name: 'Dismiss' }).click()
  await expect(notice).toHaveCount(0)
  await expect(bob.page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0)
})

/** Says so many messages in one tab, with a word of the other one often enough that none is folded. */
async function sayMuch(speaker: LibraryTab, listener: AppTab, count: number): Promise<void> {
  for (let said = 0; said < count; said += IN_A_ROW) {
    const numbers = upTo(Math.min(count, said + IN_A_ROW)).slice(said)
    await speaker.broadcastEach(numbers.map((number) => `this is number ${number}.`))
    await expect(listener.said(`this is number ${numbers.at(-1)}.`)).toBeVisible()
    if (said + IN_A_ROW < count) await listener.say(`go on after ${numbers.at(-1)}`)
  }
}

/** Scrolls up from the end to the beginning, past every one of them in their order, of which few are ever drawn. */
async function expectAllAbove(tab: AppTab, count: number): Promise<void> {
  const seen = new Set<number>()
  const look = async () => {
    const texts = await tab.page.getByRole('article').allInnerTexts()
    const numbers = texts.flatMap((text) => /this is number (\d+)\./.exec(text)?.[1] ?? []).map(Number)
    expect(numbers, 'those that are drawn').toEqual([...numbers].sort((a, b) => a - b))
    expect(texts.length).toBeLessThan(150)
    for (const number of numbers) seen.add(number)
  }
  await tab.messages.hover()
  const lookOn = async () => {
    await look()
    await tab.page.mouse.wheel(0, -400)
    await tab.page.evaluate(async () => {
      for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
    })
    return seen.size
  }
  await expect.poll(lookOn, { timeout: 15_000, intervals: [20] }).toBe(count)
  await tab.page.mouse.wheel(0, -2_000)
  await expect(tab.page.getByText('This is the beginning')).toBeInViewport()
}
