import { describe, expect, it } from 'vitest'
import { LIMITS, type Limits } from './limits'
import { type Remote, Remotes } from './remotes'

function setUp(smaller: Partial<Limits> = {}) {
  const clock = { now: 0 }
  const limits = { ...LIMITS, ...smaller }
  const remotes = new Remotes({ limits, now: () => clock.now })
  const kinds = (key: string, times: number) => Array.from({ length: times }, () => remotes.admit(key).kind)
  return { clock, remotes, kinds }
}

function admit(remotes: Remotes, key: string): Remote {
  const admission = remotes.admit(key)
  if (admission.kind !== 'admitted') throw new Error(`not admitted: ${admission.kind}`)
  return admission.remote
}

describe('Remotes', () => {
  it('[SG11] an address has so many connections at once, and another one as many', () => {
    const { remotes, kinds } = setUp({ connectionsPerRemote: 2 })
    expect(kinds('office', 3)).toEqual(['admitted', 'admitted', 'crowded'])
    expect(kinds('home', 2)).toEqual(['admitted', 'admitted'])
    remotes.release('office')
    expect(kinds('office', 2)).toEqual(['admitted', 'crowded'])
  })

  it('[SG11] an address opens connections so fast, and more after a while', () => {
    const { clock, remotes } = setUp({ remoteConnectionBurst: 2, remoteConnectionsPerSecond: 1 })
    const open = () => {
      const { kind } = remotes.admit('office')
      if (kind === 'admitted') remotes.release('office')
      return kind
    }
    expect([open(), open(), open()]).toEqual(['admitted', 'admitted', 'crowded'])
    clock.now = 1000
    expect([open(), open()]).toEqual(['admitted', 'crowded'])
  })

  it('[SG11] an office of 200, two tabs each, comes in together, and loads its pages anew together', () => {
    const { remotes, kinds } = setUp()
    for (const _ of ['come', 'reload']) {
      expect(new Set(kinds('office', 400))).toEqual(new Set(['admitted']))
      for (let tab = 0; tab < 400; tab++) remotes.release('office')
    }
  })

  it('[SG11] the process takes so many in all', () => {
    const { remotes, kinds } = setUp({ connections: 2 })
    expect([...kinds('home', 1), ...kinds('office', 2)]).toEqual(['admitted', 'admitted', 'full'])
    remotes.release('home')
    expect(kinds('office', 1)).toEqual(['admitted'])
  })

  it('[SG12] an address whose clients are cut off again and again is banned, each time for longer', () => {
    const limits = { cutOffBurst: 1, cutOffsForgivenPerSecond: 0, banMinimum: 1000, banMaximum: 3000 }
    const { clock, remotes, kinds } = setUp(limits)
    const remote = admit(remotes, 'mallory')
    remote.cutOff()
    expect(kinds('mallory', 1)).toEqual(['admitted'])
    for (const lasts of [1000, 2000, 3000, 3000]) {
      remote.cutOff()
      expect(kinds('mallory', 1)).toEqual(['banned'])
      // Others of its connections, cut off meanwhile, make nothing longer.
      remote.cutOff()
      clock.now += lasts - 1
      expect(kinds('mallory', 1)).toEqual(['banned'])
      clock.now += 1
      expect(kinds('mallory', 1)).toEqual(['admitted'])
    }
    expect(kinds('alice', 1)).toEqual(['admitted'])
  })

  it('[SG12] what was long ago is forgotten: the next ban is a first one', () => {
    const limits = { cutOffBurst: 0, cutOffsForgivenPerSecond: 0, banMinimum: 1000, banMaximum: 3000 }
    const { clock, remotes, kinds } = setUp(limits)
    const remote = admit(remotes, 'office')
    remote.cutOff()
    clock.now += 1000
    remote.cutOff()
    clock.now += 2000 + 3001
    remote.cutOff()
    clock.now += 1000
    expect(kinds('office', 1)).toEqual(['admitted'])
  })

  it('[SG12] a few broken pages in an office, now and then, lead to no ban', () => {
    const { clock, remotes, kinds } = setUp()
    const remote = admit(remotes, 'office')
    for (let minute = 0; minute < 600; minute++) {
      remote.cutOff()
      expect(kinds('office', 1)).toEqual(['admitted'])
      remotes.release('office')
      clock.now += 60_000
    }
  })

  it('[SG11] remembers no more addresses than it may, and forgets those not seen for long', () => {
    const { clock, remotes } = setUp({ absentRemotes: 100, remoteForgottenAfter: 1000 })
    for (let i = 0; i < 1000; i++) {
      remotes.admit(`address ${i}`)
      remotes.release(`address ${i}`)
    }
    expect(remotes.size).toBe(100)
    remotes.admit('stays')
    clock.now = 1001
    remotes.admit('comes')
    remotes.release('comes')
    expect(remotes.size).toBe(2)
  })

  it('[SG12] coming back does not end a ban, and neither does staying away for a while', () => {
    const { clock, remotes, kinds } = setUp({ cutOffBurst: 0, cutOffsForgivenPerSecond: 0 })
    admit(remotes, 'mallory').cutOff()
    remotes.release('mallory')
    for (let i = 0; i < LIMITS.absentRemotes - 1; i++) {
      remotes.admit(`address ${i}`)
      remotes.release(`address ${i}`)
    }
    clock.now = LIMITS.banMinimum - 1
    expect(kinds('mallory', 1)).toEqual(['banned'])
  })

  it('a connection is given back once', () => {
    expect(() => setUp().remotes.release('nobody')).toThrow('never admitted')
  })
})
