/** What the browser kept, and somebody altered: a hand in the developer tools, an older version, a full disk. */
import { claimOwnKey } from '../../../client/src/mesh/identity/own-key'
import { cleanName, rememberedName } from '../../../client/src/mesh/membership/names'
import { VerifiedPeers } from '../../../client/src/mesh/membership/verified-peers'
import { toBase64Url } from '../../../client/src/mesh/protocol/base64url'
import { isPeerId, toPeerId, toRoomId } from '../../../client/src/mesh/protocol/ids'
import { MAX_NAME_LENGTH, MAX_VERIFIED_PEERS } from '../../../client/src/mesh/protocol/limits'
import { memoryClaims } from '../../../client/src/mesh/runtime/claims'
import { memoryStore, type Store } from '../../../client/src/mesh/runtime/store'
import { seededRandom } from '../../../client/src/sim/seeded-random'
import { simSignatures } from '../../../client/src/sim/sim-signatures'
import type { Dice } from '../dice'
import { expectThat, type Target, target } from '../target'
import { longText, mutateText, text } from '../texts'

const ROOM = toRoomId(new Uint8Array(16))
const WREN = toPeerId('wren'.padEnd(22, '-'))

/** Code units. More than anything that is stored, and far below what a browser lets a page store. */
const MAX_STORED = 100_000

/** A store that answers every question with one of a few texts. */
function storeOf(texts: readonly string[]): Store {
  const store = memoryStore()
  let asked = 0
  return {
    ...store,
    get: async (key) => (await store.get(key)) ?? texts[asked++ % Math.max(1, texts.length)],
  }
}

const anyText = (dice: Dice): string => (dice.chance(1 / 500) ? longText(dice, MAX_STORED) : text(dice))

async function verified(store: Store): Promise<VerifiedPeers> {
  const peers = new VerifiedPeers(store, ROOM)
  await peers.load()
  return peers
}

const id = (dice: Dice): string => toBase64Url(dice.bytes(16))

export const STORED: readonly Target[] = [
  target({
    name: 'stored-name',
    make: anyText,
    async hold(stored) {
      const name = await rememberedName(storeOf([stored]))
      if (name === undefined) return
      expectThat(name.length >= 1 && name.length <= MAX_NAME_LENGTH, `a name has ${name.length} units`)
      expectThat(name.isWellFormed() && cleanName(name) === name, 'it is not clean')
    },
  }),
  target({
    name: 'stored-keys',
    share: 0.5,
    make: (dice) => ({
      places: dice.list(dice.below(3), () => (dice.chance(1 / 2) ? String(dice.below(20)) : anyText(dice))),
      keys: dice.list(dice.below(3), () => mutateText(dice, toBase64Url(dice.bytes(32)))),
    }),
    async hold({ places, keys }) {
      const store = storeOf(keys)
      const tab = storeOf(places)
      const deps = {
        room: ROOM,
        store,
        tab,
        claims: memoryClaims(),
        random: seededRandom(1),
        signatures: simSignatures,
      }
      const first = await claimOwnKey(deps)
      const other = await claimOwnKey({ ...deps, tab: memoryStore() })
      expectThat(isPeerId(first.key.id), 'it is nobody')
      first.release()
      other.release()
      const again = await claimOwnKey(deps)
      expectThat(again.key.id === first.key.id, 'a tab that is loaded again is somebody else')
    },
  }),
  target({
    name: 'stored-verified',
    make: (dice) =>
      dice.chance(1 / 100)
        ? `${id(dice)} `.repeat(dice.below(2 * MAX_VERIFIED_PEERS))
        : mutateText(dice, dice.list(dice.count(), () => id(dice)).join(' ')),
    async hold(stored) {
      const store = memoryStore()
      await store.set(`verified:${ROOM}`, stored)
      const peers = await verified(store)
      expectThat(peers.has(WREN) === stored.split(' ').includes(WREN), 'somebody is verified whom nobody verified')
      await peers.set(WREN, true)
      expectThat(peers.has(WREN), 'a verified peer is not')
      expectThat((await verified(store)).has(WREN), 'a verified peer is forgotten')
      const kept = (await store.get(`verified:${ROOM}`)) ?? ''
      expectThat(kept.length <= MAX_VERIFIED_PEERS * 23, `${kept.length} units are kept`)
      await peers.set(WREN, false)
      expectThat(!(await verified(store)).has(WREN), 'a peer stays verified')
    },
  }),
]
