import { describe, expect, it } from 'vitest'
import { ScriptedSignaling } from '../sim/scripted-signaling'
import { seededRandom } from '../sim/seeded-random'
import { secretRoom } from '../sim/sim'
import { SimNetwork } from '../sim/sim-network'
import { simSignatures, simSigner } from '../sim/sim-signatures'
import { VirtualClock } from '../sim/virtual-clock'
import { newSecretKey, toPeerKey } from './identity/peer-key'
import type { Delivery } from './link/introducer'
import { memoryLogStore } from './log/memory-log-store'
import { VerifiedPeers } from './membership/verified-peers'
import { type Address, newAddress } from './protocol/ids'
import { CALL_BURST, CALLS_PER_SECOND, MAX_ATTEMPTS, MAX_ROUTES } from './protocol/limits'
import { Room } from './room'
import { seconds } from './runtime/clock'
import { memoryStore } from './runtime/store'

/** Alice's room, and a server that says whatever a test wants. */
async function setUp(outcome: Delivery) {
  const clock = new VirtualClock()
  const random = seededRandom(1)
  const network = new SimNetwork({ clock, random })
  const signaling = new ScriptedSignaling('server', outcome)
  const { link, keys } = secretRoom(random.bytes(16))
  const store = memoryStore()
  const key = toPeerKey(simSigner(newSecretKey(random)))
  const address = newAddress(random)
  const room = new Room({
    link,
    keys,
    self: { key, address, name: 'alice' },
    signatures: simSignatures,
    verified: new VerifiedPeers(store, keys.id),
    clock,
    random,
    store,
    memory: { logs: memoryLogStore(), fault: undefined, burn: async () => {}, forget: async () => {} },
    links: (options) => network.link('alice', options),
    signaling,
  })
  const entering = room.enter()
  await clock.run(0)
  signaling.change('connected')
  await entering
  /** Somebody is said to be at so many addresses. */
  let named: readonly Address[] = []
  const name = (count: number, ...others: readonly Address[]): readonly Address[] => {
    const addresses = [...Array.from({ length: count }, () => newAddress(random)), ...others]
    signaling.emit(
      'unnamed',
      named.filter((address) => !addresses.includes(address)),
    )
    named = addresses
    signaling.emit('peers', addresses)
    return addresses
  }
  const called = () => new Set(signaling.calls.filter((call) => call.includes(' ')).map((call) => call.split(' ')[0]))
  return { clock, network, signaling, room, address, name, called }
}

describe('a server that makes addresses up', () => {
  it('[DI11] has this peer make 32 connections at once, and no more', async () => {
    const { clock, network, name } = await setUp('delivered')
    name(128)
    await clock.run(seconds(1))
    expect(network.linksMade).toBe(MAX_ATTEMPTS)
  })

  it('[DI11] has it make no more by naming ever new ones', async () => {
    const { clock, network, name } = await setUp('delivered')
    for (let times = 0; times < 50; times++) name(128)
    await clock.run(seconds(4))
    expect(network.linksMade).toBe(MAX_ATTEMPTS)
  })

  it('[DI11] is tried at so many as a full room has, and not more often the more it names', async () => {
    const { clock, network, name, called } = await setUp('delivered')
    for (let times = 0; times < 50; times++) name(128)
    await clock.run(seconds(45))
    expect(called().size).toBeLessThanOrEqual(MAX_ATTEMPTS + MAX_ROUTES)
    expect(network.linksMade).toBeLessThanOrEqual(CALL_BURST + 45 * CALLS_PER_SECOND)
  })

  it('[DI11] keeps nobody from being called who is there, though it names ever new ones before them', async () => {
    const { clock, name, called } = await setUp('delivered')
    const bob = newAddress(seededRandom(2))
    for (let times = 0; times < 30; times++) {
      name(127, bob)
      await clock.run(seconds(2))
    }
    expect(called().has(bob)).toBe(true)
  })

  it('[DI8] is asked once for each when it says that nobody is there', async () => {
    const { clock, network, name, called } = await setUp('not-here')
    const addresses = name(100)
    await clock.run(seconds(60))
    expect(called()).toEqual(new Set(addresses))
    expect(network.linksMade).toBe(100)
  })

  it('[DI1] has it call nobody by naming itself', async () => {
    const { clock, network, signaling, address } = await setUp('delivered')
    signaling.emit('peers', [address, address])
    await clock.run(seconds(5))
    expect(network.linksMade).toBe(0)
  })

  it('[IN3] and boxes that say nothing has it do nothing', async () => {
    const { clock, network, signaling, room } = await setUp('delivered')
    const random = seededRandom(2)
    const refused: string[] = []
    room.on('refused', ({ reason }) => refused.push(reason))
    for (let count = 0; count < 1500; count++) {
      signaling.emit('box', { from: newAddress(random), box: random.bytes(count % 300) })
    }
    await clock.run(seconds(5))
    expect(network.linksMade).toBe(0)
    expect(room.members()).toEqual([])
    expect(new Set(refused)).toEqual(new Set(['does-not-open']))
    expect(signaling.calls).toEqual(['open'])
  })
})
