/** How the app reads what others wrote: their texts, names and values, and times from their clocks. */

import { toBase64Url } from '../../../client/src/mesh/protocol/base64url'
import { toPeerId } from '../../../client/src/mesh/protocol/ids'
import { MAX_MESSAGE_BYTES, MAX_NAME_LENGTH } from '../../../client/src/mesh/protocol/limits'
import { directionOf } from '../../../client/src/react/direction'
import { FOLD_LINES_AT, FOLD_TEXT_AT, FOLDED_TEXT, MAX_LINKS, SHOWN_JSON } from '../../../client/src/react/limits'
import { initials, isBlank, labelPeople, labelText, plainName } from '../../../client/src/react/names'
import { printData } from '../../../client/src/react/print-data'
import { cutText, isLong, splitLinks } from '../../../client/src/react/text-parts'
import { dayWords, timeWords } from '../../../client/src/react/words'
import type { Dice } from '../dice'
import { isSame } from '../same'
import { expectThat, type Target, target } from '../target'
import { longText, mutateText, text } from '../texts'
import { data, number } from '../values'

const MESSAGES = ['See https://example.org/a?b=(c) and http://[::1]:3000/#/r/AAECAwQFBgcICQoLDA0ODw.', 'https://wren']

/** Signs that turn the direction of what stands around them, and those that end or change lines. */
const TURNING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

function message(dice: Dice): string {
  if (dice.chance(1 / 2000)) return longText(dice, MAX_MESSAGE_BYTES)
  return dice.chance(1 / 2) ? text(dice, 2000) : mutateText(dice, dice.pick(MESSAGES))
}

const name = (dice: Dice): string => text(dice, MAX_NAME_LENGTH).toWellFormed() || 'Wren'

const people = (dice: Dice) =>
  dice.list(dice.count(20), () => {
    const given = dice.chance(1 / 4) ? dice.pick(['Wren', 'WREN', 'Wren\u200b']) : name(dice)
    return { id: toPeerId(toBase64Url(dice.bytes(16))), name: given, verified: dice.chance(1 / 4) }
  })

export const APP: readonly Target[] = [
  target({
    name: 'texts',
    make: message,
    hold(text) {
      const parts = splitLinks(text, MAX_LINKS)
      expectThat(parts.map((part) => part.text).join('') === text, 'the parts are not the text')
      const links = parts.filter(({ isLink }) => isLink)
      expectThat(links.length <= MAX_LINKS, `it has ${links.length} links`)
      for (const link of links) {
        expectThat(/^https?:\/\//i.test(link.text), `it links to ${link.text}`)
        expectThat(/^https?:$/.test(new URL(link.text).protocol), `it links to ${new URL(link.text).protocol}`)
        expectThat(!/\p{Cf}|\s/u.test(link.text), 'a link does not show what it opens')
      }
      const folded = cutText(text, FOLDED_TEXT)
      expectThat(text.startsWith(folded) && folded.length <= FOLDED_TEXT, 'it is cut wrongly')
      expectThat(folded.isWellFormed() || !text.isWellFormed(), 'half a sign is left')
      isLong(text, FOLD_TEXT_AT, FOLD_LINES_AT)
      directionOf(text)
      isBlank(text)
    },
  }),
  target({
    name: 'names',
    make: people,
    hold(here) {
      const labels = labelPeople(here, [], 'Wren')
      const shown = here.map(({ id }) => labels.get(id))
      for (const label of shown) {
        expectThat(label !== undefined, 'somebody has no label')
        expectThat(!TURNING.test(labelText(label)), `a name turns the line: ${JSON.stringify(label)}`)
        expectThat(!isBlank(label.name), 'a name shows nothing')
        expectThat(plainName(label.name) === label.name, 'a plain name is not plain')
        // Composed anew no name grows to more than this: it was at most 64 units long.
        expectThat(label.name.length <= MAX_NAME_LENGTH, `a name of ${label.name.length} units`)
        expectThat(initials(label.name).length <= 4 * MAX_NAME_LENGTH, 'the initials are endless')
      }
      const texts = shown.map((label) => label && labelText(label))
      for (const { id, name, verified } of here) {
        const own = labels.get(id)
        expectThat((own?.standing === 'verified') === verified, 'somebody passes for one whose code was compared')
        const twins = here.filter((other) => other.id !== id && other.name === name)
        expectThat(twins.length === 0 || own?.mark !== undefined, 'two of one name cannot be told apart')
      }
      expectThat(!texts.includes('Wren'), 'somebody is taken for oneself')
    },
  }),
  target({
    name: 'print-data',
    make: (dice) => (dice.chance(1 / 2000) ? [longText(dice, MAX_MESSAGE_BYTES), data(dice, 5)] : data(dice, 5)),
    hold(value) {
      const limit = SHOWN_JSON
      const printed = printData(value, limit)
      expectThat(printed.text.length <= limit, `it prints ${printed.text.length} units`)
      expectThat(isSame(printData(value, limit), printed), 'it prints something else each time')
    },
  }),
  target({
    name: 'times',
    make: (dice) => ({ at: number(dice), before: number(dice) }),
    hold({ at, before }) {
      const words = timeWords(at)
      if (words) expectThat(words.iso.length <= 30 && words.long.length <= 100, 'a time takes a page')
      dayWords(before, at)
    },
  }),
]
