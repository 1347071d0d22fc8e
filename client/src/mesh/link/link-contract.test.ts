import { describe, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { SimNetwork } from '../../sim/sim-network'
import { VirtualClock } from '../../sim/virtual-clock'
import type { Link } from './link'
import { linkContract } from './link-contract'

describe('the simulated link', () => {
  for (const contractCase of linkContract) {
    it(contractCase.name, async () => {
      const clock = new VirtualClock()
      const network = new SimNetwork({ clock, random: seededRandom(1) })
      const pair = (): { caller: Link; callee: Link } => {
        const caller = network.link('alice', { initiator: true, iceServers: [] })
        const callee = network.link('bob', { initiator: false, iceServers: [] })
        caller.on('signal', (signal) => callee.signal(signal))
        callee.on('signal', (signal) => caller.signal(signal))
        return { caller, callee }
      }
      await contractCase.run({ pair, until: (condition) => clock.until(condition, 5000) })
    })
  }
})
