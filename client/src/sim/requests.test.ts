/** People who ask one another, in whole rooms. */
import { describe, expect, it } from 'vitest'
import { seconds } from '../mesh/runtime/clock'
import { Sim } from './sim'

describe('a request', () => {
  it('[RQ1] asks and is answered; errors, missing handlers and silence come back as reasons', async () => {
    const sim = new Sim({ seed: 13, peers: ['alice', 'bob'] })
    await sim.meshed()
    const { id, room: bob } = sim.peer('bob')
    const { room: alice } = sim.peer('alice')
    bob.handle('double', (body) => Number(body) * 2)
    bob.handle('fail', () => {
      throw new Error('out of ink')
    })
    bob.handle('sleep', () => new Promise<null>(() => {}))
    const outcomes = Promise.allSettled([
      alice.request(id, 'double', 21),
      alice.request(id, 'fail', null),
      alice.request(id, 'nothing', null),
      alice.request(id, 'sleep', null, { timeout: 500 }),
      alice.request(id, 'sleep', null, { signal: AbortSignal.abort() }),
    ])
    await sim.run(seconds(2))
    expect(await outcomes).toMatchObject([
      { value: 42 },
      { reason: { reason: 'handler-failed', message: 'out of ink' } },
      { reason: { reason: 'no-handler' } },
      { reason: { reason: 'timeout' } },
      { reason: { reason: 'aborted' } },
    ])
  })

  it('[RQ2] a request to somebody who leaves is over at once', async () => {
    const sim = new Sim({ seed: 18, peers: ['alice', 'bob'] })
    await sim.meshed()
    sim.peer('bob').room.handle('sleep', () => new Promise<null>(() => {}))
    const asked = sim.peer('alice').room.request(sim.peer('bob').id, 'sleep', null, { timeout: Infinity })
    const told = expect(asked).rejects.toMatchObject({ reason: 'unreachable' })
    await sim.run(seconds(60))
    void sim.peer('bob').room.leave()
    await sim.run(seconds(1))
    await told
  })
})
