/** The app for those who use it by keyboard, by ear, in the dark or on a small screen. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type Axe from 'axe-core'
import type { Locator, Page } from 'playwright/test'
import { within } from './fixtures/gathering'
import { expect, test } from './fixtures/test'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const DESKTOP = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 844 }

// From the start, so that nothing moves that began before it was asked for.
test.use({ contextOptions: { reducedMotion: 'reduce' } })

declare global {
  interface Window {
    axe: typeof Axe
  }
}

test('from the landing page to a message that is sent, with nothing but the keyboard', async ({ openTab }) => {
  const alice = await openTab()
  const { keyboard } = alice.page

  await tabTo(alice.newRoom)
  await keyboard.press('Enter')
  await expect(alice.messages).toBeVisible()
  await tabTo(alice.message)
  await keyboard.type('no mouse was harmed')
  await keyboard.press('Shift+Enter')
  await keyboard.type('in the making of this')
  await keyboard.press('Enter')

  await expect(alice.messages).toContainText('no mouse was harmed\nin the making of this')
  await expect(alice.message).toHaveValue('')
})

test('into a direct conversation and back, with nothing but the keyboard', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const { keyboard } = alice.page

  await tabTo(alice.page.getByRole('button', { name: 'Message Bob' }))
  await keyboard.press('Enter')
  await tabTo(alice.message)
  await keyboard.type('psst')
  await tabTo(alice.page.getByRole('button', { name: 'Send' }))
  await keyboard.press('Enter')
  await bob.openDirectConversation('Alice')
  await expect(bob.directMessages('Alice')).toContainText('psst')

  await tabTo(alice.page.getByRole('button', { name: 'Everyone' }))
  await keyboard.press('Enter')
  await expect(alice.messages).toBeVisible()
})

test('the landing page keeps the rules of accessibility, in light and dark, large and small', async ({ openTab }) => {
  const { page } = await openTab()
  await page.getByRole('button', { name: 'Join' }).click()
  await expect(page.getByRole('alert')).not.toBeEmpty()

  await expectAccessible(page, [DESKTOP, PHONE])
})

test('a link that leads nowhere is explained to everybody', async ({ openTab }) => {
  const { page } = await openTab({ at: '/#/r/too-short' })
  await expect(page.getByRole('link', { name: 'Back to start' })).toBeVisible()

  await expectAccessible(page, [DESKTOP, PHONE])
})

test('a room keeps the rules of accessibility, in light and dark, large and small', async ({ meet, server }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  await alice.say('a message of mine')
  await bob.say('an answer with https://example.org/a/link in it')
  await expect(alice.messages).toContainText('an answer')

  await expectAccessible(alice.page, [DESKTOP, PHONE])
  await alice.page.getByRole('button', { name: /^People/ }).click()
  await expect(alice.people).toHaveCount(2)
  await expectAccessible(alice.page, [PHONE])

  await server.stop()
  await expect(bob.connection).toContainText('unreachable')
  await expectAccessible(bob.page, [DESKTOP])
})

test('a direct conversation keeps the rules of accessibility, in light and dark, large and small', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  await alice.openDirectConversation('Bob')
  await alice.say('a message that arrives')
  await bob.close()
  await expect(alice.people).toHaveCount(1)
  await alice.say('a message that waits')
  await expect(alice.directMessages('Bob')).toContainText('waiting until Bob is back')

  await expectAccessible(alice.page, [DESKTOP, PHONE])
})

test('asking for a password keeps the rules of accessibility, in light and dark, large and small', async ({
  openTab,
}) => {
  const { page } = await openTab({ at: '/#/n/breakfast%20club' })
  await page.getByRole('textbox', { name: 'Password' }).fill('short')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).not.toBeEmpty()

  await expectAccessible(page, [DESKTOP, PHONE])
})

test('into a room with a password, and to a mark on somebody, with nothing but the keyboard', async ({ openTab }) => {
  const [alice, bob] = [await openTab({ at: '/#/n/breakfast%20club' }), await openTab()]
  const entering = bob.enterNamedRoom('breakfast club', 'eggs and toast')
  const { keyboard } = alice.page

  await expect(alice.password).toBeFocused()
  await keyboard.type('eggs and toast')
  await keyboard.press('Enter')
  await entering
  await expect(alice.people).toHaveCount(2, within(30))

  await tabTo(alice.page.getByRole('button', { name: /^Compare safety code with/ }))
  await keyboard.press('Enter')
  await expect(alice.safety).toBeVisible()
  await tabTo(alice.page.getByRole('button', { name: /mark as verified/ }))
  await keyboard.press('Enter')
  await expect(alice.safety.getByRole('status')).toBeFocused()
  await keyboard.press('Escape')
  await expect(alice.verifiedMark(alice.people)).toBeVisible()
  await expect(alice.page.getByRole('button', { name: /^Compare safety code with/ })).toBeFocused()
})

test('comparing codes keeps the rules of accessibility, in light and dark, large and small', async ({ meet }) => {
  const [alice, bob, carol] = await meet('Alice', 'Bob', 'Carol')
  await alice.openSafetyCode('Bob')
  await alice.safety.getByRole('button', { name: 'Not the same' }).click()
  await expectAccessible(alice.page, [DESKTOP, PHONE])

  await alice.page.setViewportSize(DESKTOP)
  await alice.safety.getByRole('button', { name: /mark as verified/ }).click()
  await expect(alice.safety.getByRole('status')).toContainText('as verified')
  await expectAccessible(alice.page, [DESKTOP, PHONE])

  await alice.page.keyboard.press('Escape')
  await alice.page.setViewportSize(DESKTOP)
  await bob.say('it is me')
  await carol.call('bob')
  await carol.say('no, me')
  await expect(alice.messages).toContainText('no, me')
  await expectAccessible(alice.page, [DESKTOP, PHONE])
})

test('to an answer, a reaction and a correction, with nothing but the keyboard', async ({ meet }) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const { keyboard } = alice.page
  await bob.say('shall we meet?')
  const question = alice.said('shall we meet?')
  await expect(question).toBeVisible()

  await tabTo(question)
  await keyboard.press('Tab')
  const react = question.getByRole('button', { name: 'React' })
  await expect(react).toBeFocused()
  await keyboard.press('Enter')
  await expect(alice.page.getByRole('menuitemcheckbox', { name: 'thumbs up' })).toBeFocused()
  await keyboard.press('ArrowRight')
  await keyboard.press('Enter')
  await expect(bob.reactions(bob.said('shall we meet?'))).toHaveAccessibleName('heart, 1 person: Alice')

  await expect(react).toBeFocused()
  await keyboard.press('ArrowRight')
  await expect(question.getByRole('button', { name: 'Reply' })).toBeFocused()
  await keyboard.press('Enter')
  await expect(alice.message).toBeFocused()
  await keyboard.type('jes')
  await keyboard.press('Enter')
  await expect(bob.quote(bob.said('jes'))).toBeVisible()

  await keyboard.press('ArrowUp')
  await expect(alice.message).toHaveValue('jes')
  await keyboard.press('Home')
  await keyboard.press('Delete')
  await keyboard.type('y')
  await keyboard.press('Enter')
  await expect(bob.messages).toContainText('yes')
  await expect(alice.message).toBeFocused()
  await expect(alice.message).toHaveValue('')
})

test('what is done with messages keeps the rules of accessibility, in light and dark, large and small', async ({
  meet,
}) => {
  const [alice, bob] = await meet('Alice', 'Bob')
  const { page } = alice
  await alice.say('shall we meet?')
  await bob.press('Reply', bob.said('shall we meet?'))
  await bob.say('yes, at three')
  await bob.react('heart', bob.said('yes, at three'))
  const answer = alice.said('yes, at three')
  await alice.react('party', answer)
  await expect(alice.reactions(answer)).toHaveCount(2)
  await alice.message.press('ArrowUp')
  await expectAccessible(page, [DESKTOP, PHONE])

  await page.keyboard.press('Escape')
  await page.setViewportSize(DESKTOP)
  await tabTo(answer)
  await tabTo(answer.getByRole('button', { name: 'React' }))
  await expectAccessible(page, [DESKTOP, PHONE])
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menu', { name: 'React with' })).toBeVisible()
  await expectAccessible(page, [PHONE, DESKTOP])
})

test('what asks before it takes away keeps the rules of accessibility, in light and dark, large and small', async ({
  meet,
}) => {
  const [alice] = await meet('Alice')
  const { page } = alice
  await alice.say('forget this')
  await alice.press('Remove', alice.said('forget this'))
  await expectAccessible(page, [PHONE, DESKTOP])
  await alice.removing.getByRole('button', { name: 'Remove' }).click()
  await expect(alice.messages).toContainText('Message removed')

  await alice.askToForget()
  await expectAccessible(page, [DESKTOP, PHONE])
})

/** Presses Tab until the element has the focus, as somebody without a mouse has to. */
async function tabTo(element: Locator): Promise<void> {
  const isFocused = () => element.evaluate((node) => node === document.activeElement)
  for (let presses = 0; presses < 40 && !(await isFocused()); presses++) await element.page().keyboard.press('Tab')
  await expect(element).toBeFocused()
}

async function expectAccessible(page: Page, sizes: readonly { width: number; height: number }[]): Promise<void> {
  await page.evaluate(AXE)
  for (const size of sizes) {
    await page.setViewportSize(size)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await nextFrames(page)
      // Nor would axe judge fairly: it takes a colour that is half-way to another for the one that people see.
      expect(await findMotion(page), `motion, ${colorScheme}, ${size.width} wide`).toEqual([])
      expect(await findViolations(page), `${colorScheme}, ${size.width} wide`).toEqual([])
    }
  }
}

/**
 * The app hears of another size, and the browser notices what is under the pointer now, with the next frame only; what
 * React makes of it is in the one after.
 */
async function nextFrames(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
  })
}

/** @returns the elements that move, or change their colours by and by; for those who asked for less motion, none may */
async function findMotion(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    document.getAnimations().map(({ effect }) => {
      const target = effect instanceof KeyframeEffect ? effect.target : null
      return target === null ? 'an element that is gone' : target.outerHTML.slice(0, 80)
    }),
  )
}

/** @returns what keeps people out, one line for each rule that is broken */
async function findViolations(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }))
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} - ${nodes.map(({ html }) => html).join(', ')}`)
}
