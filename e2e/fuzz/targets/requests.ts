/** What a client says of itself before it says anything to the server: its page's origin, and where it comes from. */
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { isWelcome, OWN_ORIGIN, parseOrigins } from '../../../signaling-server/src/origins'
import { findRemote } from '../../../signaling-server/src/remote-address'
import type { Dice } from '../dice'
import { expectThat, type Target, target } from '../target'
import { mutateText } from '../texts'

const HOSTS = ['example.org', 'example.org:8443', 'localhost:3000', '[::1]:3000', '192.0.2.7']
const ORIGINS = [...HOSTS.flatMap((host) => [`https://${host}`, `http://${host}`]), 'null', 'file://', 'app://wren']
const FRIENDS = parseOrigins('https://friend.example,app://wren')

const ADDRESSES = [
  '192.0.2.7',
  '::1',
  '2001:db8::7',
  '::ffff:192.0.2.7',
  'fe80::1%eth0',
  '[2001:db8::7]:443',
  '192.0.2.7:80',
]

/** Characters. It is a key in a table with one entry for each who comes. */
const MAX_KEY = 64

/** What HTTP lets a header be: the server's parser refuses the rest. */
const header = (dice: Dice, honest: string): string => mutateText(dice, honest).replace(/[^\t\x20-\x7e\x80-\xff]/g, '')

export const REQUESTS: readonly Target[] = [
  target({
    name: 'origins',
    make: (dice) => ({
      origin: dice.chance(1 / 16) ? undefined : header(dice, dice.pick(ORIGINS)),
      hosts: dice.list(1 + dice.below(2), () =>
        dice.chance(1 / 2) ? dice.pick(HOSTS) : header(dice, dice.pick(HOSTS)),
      ),
    }),
    hold({ origin, hosts }) {
      const isOwn = isWelcome(OWN_ORIGIN, origin, hosts)
      expectThat(!isOwn || isWelcome(FRIENDS, origin, hosts), 'a longer list lets fewer in')
      if (!isOwn || origin === undefined) return
      const { protocol, host } = new URL(origin)
      const addresses = hosts.map((name) => `${protocol}//${name}`).filter((address) => URL.canParse(address))
      const isNamed = hosts.includes(host) || addresses.some((address) => new URL(address).host === host)
      expectThat(isNamed, `a page of ${host} is taken for one of ours`)
    },
  }),
  target({
    name: 'remotes',
    make: (dice) => ({
      forwarded: header(dice, dice.list(1 + dice.below(3), () => dice.pick(ADDRESSES)).join(', ')),
      proxies: dice.below(3),
    }),
    hold({ forwarded, proxies }) {
      const request = new IncomingMessage(new Socket())
      request.headers['x-forwarded-for'] = forwarded
      const key = findRemote(request, proxies)
      expectThat(key.length <= MAX_KEY, 'a made-up address fills the table')
      expectThat(/^[\da-f.:]*(::\/64)?$/.test(key), `somebody is counted as ${key}`)
      expectThat(proxies > 0 || key === '', 'a header is believed that nobody vouches for')
    },
  }),
]
