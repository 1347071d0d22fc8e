/**
 * Which key this tab speaks with in a room. A few are kept in the browser for each room and every tab claims one: a
 * reload keeps its own, a duplicated tab gets another, and whoever comes back is who they were. Rule ID4.
 */
import { fromBase64Url, toBase64Url } from '../protocol/base64url'
import type { PeerId, RoomId } from '../protocol/ids'
import type { Claims } from '../runtime/claims'
import type { Millis } from '../runtime/clock'
import type { Random } from '../runtime/random'
import type { Store } from '../runtime/store'
import { newSecretKey, type PeerKey, peerKeyOf } from './peer-key'
import { SECRET_KEY_BYTES, type Signatures } from './signatures'

/** Tabs of one browser in one room that are remembered; what comes beyond is somebody new each time. */
const MAX_KEPT_KEYS = 16

/** A page that is being loaded again may find its own lock still held by the page that it was. */
const RELOAD_PATIENCE: Millis = 500

export interface OwnKeyDeps {
  readonly room: RoomId
  /** what the tabs of this browser share */
  readonly store: Store
  /** what this tab has for itself, also after a reload; a duplicated tab gets a copy */
  readonly tab: Store
  readonly claims: Claims
  readonly random: Random
  readonly signatures: Signatures
}

export interface OwnKey {
  readonly key: PeerKey
  /** whether the browser keeps it, so that the next page of this tab has it again */
  readonly isKept: boolean
  /** Puts another key in its place. */
  readonly renew: () => Promise<PeerKey>
  /** Keeps it no longer: whoever comes next in its place gets another. */
  readonly burn: () => Promise<void>
  /** Lets another tab have it. */
  readonly release: () => void
}

/** Never fails: a browser that stores nothing gets a key for this one stay. */
export async function claimOwnKey(deps: OwnKeyDeps): Promise<OwnKey> {
  const { room, tab, claims, random, signatures } = deps
  const before = await read(tab, `place:${room}`)
  const places = Array.from({ length: MAX_KEPT_KEYS }, (_, place) => `${place}`)
  const sorted =
    before !== undefined && places.includes(before) ? [before, ...places.filter((place) => place !== before)] : places
  const candidates = sorted.map((place) => ({
    name: keyName(room, place),
    patience: place === before ? RELOAD_PATIENCE : 0,
  }))
  // Frames without an origin have no claims: then every stay is somebody new.
  const claim = await claims.claim(candidates).catch(() => undefined)
  if (claim) {
    const { name, release } = claim
    await write(tab, `place:${room}`, placeOf(room, name))
    const { secretKey, isKept } = await keptSecret(name, deps)
    const burn = () => deps.store.delete(name)
    const renew = async () => {
      await burn()
      return peerKeyOf((await keptSecret(name, deps)).secretKey, signatures)
    }
    return { key: await peerKeyOf(secretKey, signatures), isKept, renew, burn, release }
  }
  const renew = () => peerKeyOf(newSecretKey(random), signatures)
  return { key: await renew(), isKept: false, renew, burn: async () => {}, release: () => {} }
}

/** Forgets all keys of a room. @returns who this browser was there */
export async function forgetOwnKeys({
  room,
  store,
  tab,
  signatures,
}: Pick<OwnKeyDeps, 'room' | 'store' | 'tab' | 'signatures'>): Promise<readonly PeerId[]> {
  const ids: PeerId[] = []
  for (let place = 0; place < MAX_KEPT_KEYS; place++) {
    const name = keyName(room, `${place}`)
    const secretKey = fromBase64Url((await store.get(name)) ?? '')
    if (secretKey?.length === SECRET_KEY_BYTES) ids.push((await peerKeyOf(secretKey, signatures)).id)
    await store.delete(name)
  }
  await tab.delete(`place:${room}`)
  return ids
}

const keyName = (room: RoomId, place: string): string => `key:${room}:${place}`

const placeOf = (room: RoomId, name: string): string => name.slice(keyName(room, '').length)

async function keptSecret(name: string, { store, random }: OwnKeyDeps) {
  const kept = fromBase64Url((await read(store, name)) ?? '')
  if (kept?.length === SECRET_KEY_BYTES) return { secretKey: kept, isKept: true }
  const secretKey = newSecretKey(random)
  const text = toBase64Url(secretKey)
  await write(store, name, text)
  return { secretKey, isKept: (await read(store, name)) === text }
}

/** A store that fails costs being recognised, and nobody should stay outside for that. */
const read = (store: Store, key: string): Promise<string | undefined> => store.get(key).catch(() => undefined)

const write = (store: Store, key: string, value: string): Promise<void> => store.set(key, value).catch(() => undefined)
