import { describe, expect, it } from 'vitest'
import { addressOf } from '../../sim/people'
import { ScriptedSignaling } from '../../sim/scripted-signaling'
import type { Delivery } from '../link/introducer'
import { SeveralSignalings } from './several-signalings'
import type { SignalingState } from './signaling'

const BOB = addressOf('bob')
const BOX = Uint8Array.of(1, 2, 3)

function setUp(...outcomes: Delivery[]) {
  const servers = [new ScriptedSignaling('one', outcomes[0]), new ScriptedSignaling('two', outcomes[1])] as const
  return { servers, several: new SeveralSignalings(servers) }
}

describe('several servers', () => {
  it('[SI5] are all opened, and all closed', () => {
    const { servers, several } = setUp()
    several.open()
    several.close()
    for (const server of servers) expect(server.calls).toEqual(['open', 'close'])
  })

  it('[SI5] are as good as the best of them', () => {
    const { servers, several } = setUp()
    const [one, two] = servers
    const told: SignalingState[] = []
    several.on('state', (state) => told.push(state))
    const kinds = ['connected', 'connecting', 'refused', 'unreachable'] as const
    kinds.forEach((better, rank) => {
      for (const worse of kinds.slice(rank)) {
        one.change(worse)
        two.change(better)
        expect(several.state.kind, `${worse} and ${better}`).toBe(better)
        one.change(better)
        two.change(worse)
        expect(several.state.kind, `${better} and ${worse}`).toBe(better)
        expect(told.at(-1)).toEqual(several.state)
      }
    })
    one.change('connected')
    two.change('unreachable')
    expect(several.state).toEqual({ kind: 'connected', server: 'one' })
  })

  it('[SI5] all get a box, and one that delivers it is enough', async () => {
    for (const [outcomes, result] of [
      [['delivered', 'delivered'], 'delivered'],
      [['delivered', 'not-here'], 'delivered'],
      [['not-here', 'delivered'], 'delivered'],
      [['unavailable', 'delivered'], 'delivered'],
      [['not-here', 'unavailable'], 'not-here'],
      [['unavailable', 'not-here'], 'not-here'],
      [['not-here', 'not-here'], 'not-here'],
      [['unavailable', 'unavailable'], 'unavailable'],
    ] as const) {
      const { servers, several } = setUp(...outcomes)
      expect(await several.deliver(BOB, BOX), outcomes.join()).toBe(result)
      for (const server of servers) expect(server.calls).toEqual([`${BOB} 1,2,3`])
    }
  })

  it('[SI5] wait for none that does not answer once another has delivered', async () => {
    const silent = new ScriptedSignaling('silent')
    silent.deliver = () => new Promise(() => {})
    const several = new SeveralSignalings([silent, new ScriptedSignaling('two', 'delivered')])
    expect(await several.deliver(BOB, BOX)).toBe('delivered')
  })

  it('[SI5] all bring their peers and boxes, and name their ICE servers', () => {
    const { servers, several } = setUp()
    const heard: unknown[] = []
    several.on('peers', (peers) => heard.push(peers))
    several.on('box', ({ from, box }) => heard.push([from, box]))
    servers[0].emit('peers', [BOB])
    servers[1].emit('peers', [])
    servers[1].emit('box', { from: BOB, box: BOX })
    expect(heard).toEqual([[BOB], [], [BOB, BOX]])
    servers[0].iceServers = [{ urls: 'stun:one.example' }]
    servers[1].iceServers = [{ urls: 'stun:two.example' }]
    expect(several.iceServers).toEqual([{ urls: 'stun:one.example' }, { urls: 'stun:two.example' }])
  })

  it('[SI5] tell of whom none of them names any more, and name nobody anew', () => {
    const { servers, several } = setUp()
    const [one, two] = servers
    const [carol, dave] = [addressOf('carol'), addressOf('dave')]
    const heard: unknown[] = []
    several.on('peers', (peers) => heard.push(['named', ...peers]))
    several.on('unnamed', (addresses) => heard.push(['unnamed', ...addresses]))
    one.emit('peers', [BOB, carol])
    two.emit('peers', [carol, dave])
    one.emit('unnamed', [BOB, carol])
    one.emit('peers', [])
    two.emit('unnamed', [carol])
    two.emit('peers', [dave])
    expect(heard).toEqual([
      ['named', BOB, carol],
      ['named', carol, dave],
      ['unnamed', BOB],
      ['named'],
      ['unnamed', carol],
      ['named', dave],
    ])
  })

  it('[SI5] bring a box once that comes by both, and again when one of them repeats it', () => {
    const { servers, several } = setUp()
    const [one, two] = servers
    const heard: Uint8Array[] = []
    several.on('box', ({ box }) => heard.push(box))
    for (const server of [one, two]) server.emit('box', { from: BOB, box: BOX })
    expect(heard).toEqual([BOX])
    one.emit('box', { from: BOB, box: BOX })
    expect(heard).toEqual([BOX, BOX])
  })

  it('[SI5] say nothing more once they are closed', () => {
    const { servers, several } = setUp()
    const heard: string[] = []
    for (const event of ['state', 'peers', 'box'] as const) several.on(event, () => heard.push(event))
    several.close()
    servers[0].change('connected')
    servers[0].emit('peers', [BOB])
    servers[0].emit('box', { from: BOB, box: BOX })
    expect(heard).toEqual([])
  })
})
