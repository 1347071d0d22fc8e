import { describe, it } from 'vitest'
import { SeveralSignalings } from '../mesh/signaling/several-signalings'
import type { Signaling } from '../mesh/signaling/signaling'
import { type SignalingHarness, signalingContract } from '../mesh/signaling/signaling-contract'
import { addressOf } from './people'
import { seededRandom } from './seeded-random'
import { SimNetwork } from './sim-network'
import { SimServer, SimSignaling } from './sim-signaling'
import { VirtualClock } from './virtual-clock'

function createHarness(
  create: (servers: readonly [SimServer, SimServer], name: string) => Signaling,
): SignalingHarness {
  const clock = new VirtualClock()
  const network = new SimNetwork({ clock, random: seededRandom(1) })
  const servers = [new SimServer(network), new SimServer(network)] as const
  return {
    signaling: (name) => create(servers, name),
    id: addressOf,
    stopServer: async () => {
      for (const server of servers) server.stop()
    },
    startServer: async () => {
      for (const server of servers) server.start()
    },
    async wait(promise) {
      let settled = false
      const settle = () => {
        settled = true
      }
      promise.then(settle, settle)
      await clock.until(() => settled, 10_000)
      return promise
    },
  }
}

describe('the simulated signaling', () => {
  for (const { name: rule, run } of signalingContract) {
    it(rule, () => run(createHarness(([server], name) => new SimSignaling(server, name, addressOf(name)))))
  }
})

describe('two simulated servers as one', () => {
  for (const { name: rule, run } of signalingContract) {
    it(rule, () => {
      const port = (server: SimServer, name: string) => new SimSignaling(server, name, addressOf(name))
      return run(createHarness(([one, two], name) => new SeveralSignalings([port(one, name), port(two, name)])))
    })
  }
})
