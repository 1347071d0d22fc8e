/** What people paste, type and open: room links, names, and the address of the page itself. */
import { formatRoomLink, parseRoomLink } from '../../../client/src/mesh/identity/room-link'
import { readDestination, readRoute } from '../../../client/src/react/routes'
import type { Dice } from '../dice'
import { isSame } from '../same'
import { expectThat, type Target, target } from '../target'
import { mutateText, text } from '../texts'

const PAGES = ['http://localhost:3000/', 'https://example.org/rooms/?by=wren', 'http://[::1]/index.html']

/** Code units. A link of a room's longest name, each letter of which takes twelve signs, under an address as pasted. */
const MAX_LINK = 4096

interface Pasted {
  readonly page: string
  readonly text: string
}

function pasted(dice: Dice): Pasted {
  const page = dice.pick(PAGES)
  const name = text(dice, 70)
  const fragment = dice.pick([
    '#/r/AAECAwQFBgcICQoLDA0ODw',
    `#/n/${encodeURIComponent(name.toWellFormed())}`,
    `#/n/${name}`,
    '#/',
  ])
  const link = dice.pick([fragment, `${page}${fragment}`, name, `example.org/${fragment}`, `javascript:${fragment}`])
  return { page, text: mutateText(dice, link) }
}

/** The address of a page whose fragment is whatever somebody put into a link. */
function opened(dice: Dice): string {
  const { text } = pasted(dice)
  const fragment = text.slice(text.indexOf('#') + 1)
  return new URL(`#${fragment}`, dice.pick(PAGES)).href
}

function expectWebAddress(link: string): void {
  expectThat(/^https?:$/.test(new URL(link).protocol), `it leads to ${new URL(link).protocol}`)
}

export const ROOMS: readonly Target[] = [
  target({
    name: 'room-link',
    make: pasted,
    hold({ text, page }) {
      const parsed = parseRoomLink(text, page)
      if (!parsed.ok) return expectThat(parsed.reason.length > 0 && parsed.reason.length < 200, 'it has no words')
      const { address, link } = parsed.value
      expectWebAddress(link)
      expectThat(link.length <= MAX_LINK, `the link has ${link.length} signs`)
      for (const passedOn of [link, formatRoomLink(address, page), new URL(link).hash]) {
        const again = parseRoomLink(passedOn, page)
        expectThat(again.ok, `its own link leads to no room: ${passedOn}`)
        expectThat(isSame(again.value.address, address), `its own link leads to another room: ${passedOn}`)
      }
    },
  }),
  target({
    name: 'destinations',
    make: pasted,
    hold({ text, page }) {
      const destination = readDestination(text, page)
      if (destination.kind === 'elsewhere') expectWebAddress(destination.link)
      if (destination.kind === 'here') expectThat(readRoute(new URL(destination.hash, page).href).kind === 'room', 'no')
    },
  }),
  target({
    name: 'routes',
    make: opened,
    hold(address) {
      const route = readRoute(address)
      if (route.kind !== 'room') return
      expectWebAddress(route.link)
      expectThat(isSame(readRoute(route.link), route), 'the room passes on the link of another')
    },
  }),
]
