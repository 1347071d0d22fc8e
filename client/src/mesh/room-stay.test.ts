import { describe, expect, it } from 'vitest'
import { addressOf } from '../sim/people'
import { ScriptedSignaling } from '../sim/scripted-signaling'
import { seededRandom } from '../sim/seeded-random'
import { Sim, secretRoom } from '../sim/sim'
import { simSignatures, simSigner } from '../sim/sim-signatures'
import { VirtualClock } from '../sim/virtual-clock'
import { newSecretKey, toPeerKey } from './identity/peer-key'
import { memoryLogStore } from './log/memory-log-store'
import { cleanName, ownName, rememberedName, rememberName } from './membership/names'
import { VerifiedPeers } from './membership/verified-peers'
import { Room, type RoomDeps } from './room'
import { seconds } from './runtime/clock'
import { memoryStore, type Store } from './runtime/store'

async function trio(seed = 1): Promise<Sim> {
  const sim = new Sim({ seed, peers: ['alice', 'bob', 'carol'], jitter: 0 })
  await sim.meshed()
  return sim
}

describe('a name', () => {
  it('[PL5] has 1 to 64 characters once its white space is folded', async () => {
    const { room } = (await trio()).peer('alice')
    for (const name of ['', '  \n ', 'x'.repeat(65), '🐦'.repeat(33)]) {
      await expect(room.rename(name)).rejects.toMatchObject({ reason: 'bad-data' })
    }
    expect(room.self.name).toBe('alice')
    await room.rename(`  ${'x'.repeat(32)} \t ${'y'.repeat(31)}`)
    expect(room.self.name).toBe(`${'x'.repeat(32)} ${'y'.repeat(31)}`)
  })

  it('[PL5] is remembered, unless the store fails or what it holds is no name', async () => {
    const store = memoryStore()
    expect(await rememberedName(store)).toBeUndefined()
    await rememberName(store, ' Amber  Wren ')
    expect(await rememberedName(store)).toBe('Amber Wren')
    await rememberName(store, ' ')
    expect(await rememberedName(store)).toBeUndefined()
    const broken: Store = { ...store, get: () => Promise.reject(new Error('no storage')) }
    expect(await rememberedName(broken)).toBeUndefined()
  })

  it('[PL5] that was suggested stays, unless the store refuses', async () => {
    const store = memoryStore()
    const suggested = await ownName(store, seededRandom(1))
    expect(await ownName(store, seededRandom(2))).toBe(suggested)
    const broken: Store = { ...store, get: async () => undefined, set: () => Promise.reject(new Error('full')) }
    expect(await ownName(broken, seededRandom(1))).toBe(suggested)
  })

  it('[PL5] has no half characters', () => {
    expect(cleanName('half \ud83d')).toBe('half \ufffd')
  })
})

/** A room whose signaling does what the test says. */
function lonelyRoom(store: Store = memoryStore(), memory: Partial<RoomDeps['memory']> = {}) {
  const clock = new VirtualClock()
  const signaling = new ScriptedSignaling('server')
  const links = () => {
    throw new Error('nobody is called here')
  }
  const random = seededRandom(1)
  const { link, keys } = secretRoom(random.bytes(16))
  const self = { key: toPeerKey(simSigner(newSecretKey(random))), address: addressOf('alice'), name: 'alice' }
  const verified = new VerifiedPeers(store, keys.id)
  const room = new Room({
    link,
    keys,
    self,
    signatures: simSignatures,
    verified,
    clock,
    random,
    store,
    memory: { logs: memoryLogStore(), fault: undefined, burn: async () => {}, forget: async () => {}, ...memory },
    links,
    signaling,
  })
  return { clock, signaling, room }
}

describe('entering', () => {
  it('[SI1] is done when the server has let this peer in', async () => {
    const { clock, signaling, room } = lonelyRoom()
    let entered = false
    const entering = room.enter().then(() => {
      entered = true
    })
    await clock.run(seconds(3))
    expect(signaling.calls).toEqual(['open'])
    expect(entered).toBe(false)
    signaling.change('connected')
    await entering
    expect(room.status()).toEqual({ state: 'open', signaling: { kind: 'connected', server: 'server' } })
  })

  it('[SI3] waits 5 s for a server and then goes on without one', async () => {
    const { clock, signaling, room } = lonelyRoom()
    const entering = room.enter()
    signaling.change('unreachable')
    await clock.run(seconds(5))
    await entering
    expect(room.status().signaling.kind).toBe('unreachable')
    expect(room.status().state).toBe('open')
  })

  it('[SI1] is refused when the server refuses, in its words, and leaves nothing open', async () => {
    const { clock, signaling, room } = lonelyRoom()
    const refused = expect(room.enter()).rejects.toMatchObject({ reason: 'refused', message: 'server is refused' })
    await clock.run(0)
    signaling.change('refused')
    await clock.run(seconds(2))
    await refused
    expect(signaling.calls).toEqual(['open', 'close'])
    expect(room.status().state).toBe('left')
  })
})

describe('leaving', () => {
  it('[RP2] while entering is announced nowhere, and told to whoever enters', async () => {
    const { clock, signaling, room } = lonelyRoom()
    const entering = expect(room.enter()).rejects.toMatchObject({ reason: 'left' })
    await Promise.all([room.leave(), clock.run(seconds(2))])
    await entering
    expect(signaling.calls).toEqual(['close'])
  })

  it('[RP2] is told to everybody, and ends everything here, once', async () => {
    const sim = await trio()
    const { address, room, texts } = sim.peer('alice')
    const bob = sim.peer('bob')
    bob.room.handle('sleep', () => new Promise<null>(() => {}))
    const asked = expect(room.request(bob.id, 'sleep')).rejects.toMatchObject({ reason: 'left' })
    const states: string[] = []
    room.on('status', ({ state }) => states.push(state))
    const [leaving, again] = [room.leave(), room.leave()]
    await sim.run(200)
    await Promise.all([leaving, again])
    await asked
    expect(states).toEqual(['left'])
    expect(bob.sees('gone')).toEqual(['alice'])
    expect(sim.server.find(address)).toBeUndefined()
    await bob.room.broadcast('is alice here?')
    await sim.run(seconds(60))
    expect(texts()).toEqual([])
    expect(bob.sees('here')).toEqual(['carol'])
    for (const refused of [
      room.send(bob.id, 'hi'),
      room.broadcast('hi'),
      room.request(bob.id, 'time'),
      room.rename('Al'),
      room.history(),
    ]) {
      await expect(refused).rejects.toMatchObject({ reason: 'left' })
    }
  })

  it('[RP2] is done once, also by whoever leaves on hearing that it was left', async () => {
    const { clock, signaling, room } = lonelyRoom()
    let again: Promise<void> | undefined
    room.on('status', () => {
      again ??= room.leave()
    })
    const leaving = room.leave()
    await clock.run(seconds(2))
    await leaving
    expect(again).toBe(leaving)
    expect(signaling.calls).toEqual(['close'])
  })

  it('[DM2] tells whoever waits for an acknowledgement; what was said is kept, and said in the next stay', async () => {
    const sim = await trio()
    const { room, profile } = sim.peer('alice')
    sim.network.silence('bob')
    const sent = expect(room.send(sim.peer('bob').id, 'wait')).rejects.toMatchObject({ reason: 'left' })
    await sim.run(seconds(1))
    const leaving = room.leave()
    await sim.run(seconds(1))
    await leaving
    await sent
    sim.network.wake('bob')
    sim.join('alice', profile)
    await sim.run(seconds(60))
    expect(sim.peer('bob').texts()).toEqual(['wait'])
  })
})

describe('what is not kept', () => {
  it('[ST7] is told once somebody has entered, who then may listen', async () => {
    const { clock, signaling, room } = lonelyRoom(memoryStore(), { fault: 'it is a private window' })
    const entering = room.enter()
    await clock.run(0)
    signaling.change('connected')
    await entering
    const errors: unknown[] = []
    room.on('error', (error) => errors.push(error))
    await clock.run(1)
    const words = 'This browser does not keep what is said here, only this page does: it is a private window'
    expect(errors).toMatchObject([{ reason: 'not-stored', message: words }])
    await clock.run(seconds(60))
    expect(errors).toHaveLength(1)
  })
})

describe('forgetting', () => {
  it('[ST4] leaves first, and then removes everything', async () => {
    const done: string[] = []
    const forget = async () => {
      done.push('forget')
    }
    const { clock, room } = lonelyRoom(memoryStore(), { forget })
    room.on('status', ({ state }) => done.push(state))
    await Promise.all([room.forget(), clock.run(seconds(2))])
    expect(done).toEqual(['left', 'forget'])
  })

  it('[ST4] says so when something would not go', async () => {
    const forget = () => Promise.reject(new Error('another tab has it open'))
    const { clock, room } = lonelyRoom(memoryStore(), { forget })
    const forgotten = expect(room.forget()).rejects.toMatchObject({
      reason: 'not-stored',
      message: expect.stringContaining('another tab has it open'),
    })
    await clock.run(seconds(2))
    await forgotten
  })
})

describe('a store that refuses', () => {
  it('[PL5] leaves the new name in use, and says that it is not remembered', async () => {
    const full: Store = { ...memoryStore(), set: () => Promise.reject(new Error('quota')) }
    const { room } = lonelyRoom(full)
    await expect(room.rename('Amber Wren')).rejects.toMatchObject({ reason: 'not-stored' })
    expect(room.self.name).toBe('Amber Wren')
  })
})
