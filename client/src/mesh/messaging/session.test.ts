import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { seededRandom } from '../../sim/seeded-random'
import { VirtualClock } from '../../sim/virtual-clock'
import { RoomError } from '../protocol/errors'
import type { Frame, Received } from '../protocol/frames'
import type { PeerId } from '../protocol/ids'
import { MAX_MESSAGE_BYTES, MAX_UNACKNOWLEDGED_BYTES, MAX_UNACKNOWLEDGED_PAYLOADS } from '../protocol/limits'
import { Session, type Settle } from './session'

const encode = (text: string) => new TextEncoder().encode(text)
const decode = (payload: Uint8Array) => new TextDecoder().decode(payload)

/** One side: what it was handed, what became of what it pushed, and what it put on the wire. */
class Side {
  readonly handed: string[] = []
  readonly settled: string[] = []
  /** on its way to the other side */
  readonly wire: Frame[] = []
  readonly session: Session

  constructor(
    readonly instance: string,
    readonly peer: PeerId,
  ) {
    const onPayload = (payload: Uint8Array) => this.handed.push(decode(payload))
    this.session = new Session({ peer, clock: new VirtualClock(), instance, onPayload })
  }

  push(text: string): void {
    this.session.push(encode(text), this.note(text))
  }

  note(text: string): Settle {
    return (error) => this.settled.push(error ? `${text}: ${error.reason}` : text)
  }

  resume(instance: string, received: Received | undefined): void {
    this.session.resume(instance, received, (frame) => this.wire.push(frame))
  }

  take(frame: Frame): void {
    if (frame.kind === 'data') this.session.receive(frame.seq, frame.payload)
    if (frame.kind === 'ack') this.session.acknowledge(frame.seq)
  }

  /** The numbers of the payloads that it put on the wire. */
  get sent(): readonly number[] {
    return this.wire.flatMap((frame) => (frame.kind === 'data' ? [frame.seq] : []))
  }
}

/** Alice and bob, and a link between them that a test breaks and mends. */
class Talk {
  readonly alice = new Side('alice 1', peerId('bob'))
  bob = new Side('bob 1', peerId('alice'))

  /** A new link: both say hello at the same moment. */
  link(): void {
    const { received: aliceHas } = this.alice.session
    const { received: bobHas } = this.bob.session
    this.alice.resume(this.bob.instance, bobHas)
    this.bob.resume(this.alice.instance, aliceHas)
  }

  /** The link breaks; what was on the wire is lost. */
  cut(): void {
    for (const side of [this.alice, this.bob]) {
      side.session.pause()
      side.wire.length = 0
    }
  }

  /** Whatever is on the wire arrives, and whatever follows from it. */
  flow(): void {
    while (this.alice.wire.length + this.bob.wire.length > 0) {
      this.pass(this.alice, this.bob)
      this.pass(this.bob, this.alice)
    }
  }

  pass(from: Side, to: Side, count = from.wire.length): void {
    for (const frame of from.wire.splice(0, count)) to.take(frame)
  }
}

function linked(): Talk {
  const talk = new Talk()
  talk.link()
  return talk
}

describe('a session', () => {
  it('[SE1] numbers payloads from 1 on, without regard to links', () => {
    const talk = linked()
    talk.alice.push('one')
    talk.alice.push('two')
    expect(talk.alice.sent).toEqual([1, 2])
    talk.flow()
    talk.cut()
    talk.link()
    talk.alice.push('three')
    expect(talk.alice.sent).toEqual([3])
  })

  it('[SE2] holds a payload until it is acknowledged, and an ack covers everything up to its number', () => {
    const { alice } = linked()
    for (const text of ['one', 'two', 'three', 'four']) alice.push(text)
    expect(alice.settled).toEqual([])
    alice.session.acknowledge(3)
    expect(alice.settled).toEqual(['one', 'two', 'three'])
    alice.session.acknowledge(2)
    alice.session.acknowledge(3)
    expect(alice.settled).toEqual(['one', 'two', 'three'])
    alice.session.acknowledge(4)
    expect(alice.settled).toEqual(['one', 'two', 'three', 'four'])
  })

  it('[SE3] hands a payload on once, and acknowledges it each time it comes', () => {
    const { bob } = linked()
    for (const seq of [1, 2, 2, 1, 3, 3]) bob.session.receive(seq, encode(`payload ${seq}`))
    expect(bob.handed).toEqual(['payload 1', 'payload 2', 'payload 3'])
    expect(bob.wire.map((frame) => frame.kind === 'ack' && frame.seq)).toEqual([1, 2, 2, 2, 3, 3])
  })

  it('[SE3] takes numbers that were left out', () => {
    const { bob } = linked()
    for (const seq of [5, 4, 9]) bob.session.receive(seq, encode(`payload ${seq}`))
    expect(bob.handed).toEqual(['payload 5', 'payload 9'])
    expect(bob.session.received).toEqual({ instance: 'alice 1', seq: 9 })
  })

  it('[SE3] takes nothing before it knows of which instance it is', () => {
    const { bob } = new Talk()
    bob.session.receive(1, encode('who is this?'))
    expect(bob.handed).toEqual([])
    expect(bob.session.received).toBeUndefined()
  })

  it('[SE4] has received nothing of a peer that it knows nothing of, and tells what it has of one that it knows', () => {
    const talk = new Talk()
    expect(talk.bob.session.received).toBeUndefined()
    talk.link()
    talk.alice.push('one')
    talk.flow()
    expect(talk.bob.session.received).toEqual({ instance: 'alice 1', seq: 1 })
  })

  it('[SE4] counts anew when the peer starts anew', () => {
    const { bob } = linked()
    bob.session.receive(7, encode('seven of the first run'))
    bob.resume('alice 2', undefined)
    expect(bob.session.received).toEqual({ instance: 'alice 2', seq: 0 })
    bob.session.receive(1, encode('one of the second'))
    expect(bob.handed).toEqual(['seven of the first run', 'one of the second'])
  })

  it('[SE4] does not take what the peer had of an earlier run of ours for ours', () => {
    const { alice } = new Talk()
    alice.push('one')
    alice.resume('bob 1', { instance: 'an earlier alice', seq: 100 })
    expect(alice.settled).toEqual([])
    expect(alice.sent).toEqual([1])
  })
})

describe('a session over a new link', () => {
  it('[SE5] sends again what the other side does not have, in order and before anything new', () => {
    const talk = linked()
    const { alice, bob } = talk
    for (const text of ['one', 'two', 'three']) alice.push(text)
    talk.pass(alice, bob, 1)
    talk.cut()
    alice.push('four')
    talk.link()
    alice.push('five')
    expect(alice.sent).toEqual([2, 3, 4, 5])
    talk.flow()
    expect(bob.handed).toEqual(['one', 'two', 'three', 'four', 'five'])
    expect(alice.settled).toEqual(['one', 'two', 'three', 'four', 'five'])
  })

  it('[SE5] learns from the hello what had arrived though its acknowledgement was lost, and sends it no more', () => {
    const talk = linked()
    const { alice, bob } = talk
    alice.push('one')
    talk.pass(alice, bob)
    talk.cut()
    talk.link()
    expect(alice.settled).toEqual(['one'])
    expect(alice.sent).toEqual([])
    talk.flow()
    expect(bob.handed).toEqual(['one'])
  })

  it('[SE5] sends while there is no link only what is pushed meanwhile, and that once', () => {
    const talk = new Talk()
    talk.alice.push('one')
    expect(talk.alice.wire).toEqual([])
    talk.link()
    talk.flow()
    expect(talk.bob.handed).toEqual(['one'])
  })

  it('[SE5] sends everything that waits to a peer that starts anew', () => {
    const talk = linked()
    talk.alice.push('one')
    talk.flow()
    talk.alice.push('two')
    talk.cut()
    talk.bob = new Side('bob 2', peerId('alice'))
    talk.link()
    talk.flow()
    expect(talk.bob.handed).toEqual(['two'])
    expect(talk.alice.settled).toEqual(['one', 'two'])
  })

  it('[SE5] loses nothing, doubles nothing and keeps the order, wherever links break', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed)
      const talk = linked()
      const { alice, bob } = talk
      const said: string[] = []
      for (let step = 0; step < 60; step++) {
        const choice = random.fraction()
        if (choice < 0.4) {
          said.push(`${said.length}`)
          alice.push(`${said.length - 1}`)
          bob.push(`${said.length - 1}`)
        } else if (choice < 0.9) {
          const [from, to] = random.fraction() < 0.5 ? [alice, bob] : [bob, alice]
          talk.pass(from, to, Math.ceil(random.fraction() * 4))
        } else {
          talk.cut()
          if (random.fraction() < 0.7) talk.link()
        }
      }
      talk.cut()
      talk.link()
      talk.flow()
      for (const side of [alice, bob]) {
        expect(side.handed, `seed ${seed}`).toEqual(said)
        expect(side.settled, `seed ${seed}`).toEqual(said)
      }
    }
  })
})

describe('a session with a peer that does not keep up', () => {
  it('[SE6] has no room for the payload that would be more than 16 MiB, until something is acknowledged', () => {
    const { alice } = linked()
    const largest = new Uint8Array(MAX_MESSAGE_BYTES)
    for (let count = 0; count < MAX_UNACKNOWLEDGED_BYTES / MAX_MESSAGE_BYTES; count++) {
      expect(alice.session.overload(largest.length)).toBeUndefined()
      alice.session.push(largest, alice.note(`${count}`))
    }
    expect(alice.session.overload(0)).toBeUndefined()
    expect(alice.session.overload(1)).toMatchObject({ reason: 'overloaded', details: { peer: peerId('bob') } })
    alice.session.acknowledge(1)
    expect(alice.session.overload(1)).toBeUndefined()
  })

  it('[SE6] has no room for the 10,001st payload, however small', () => {
    const { alice } = new Talk()
    for (let count = 0; count < MAX_UNACKNOWLEDGED_PAYLOADS; count++) alice.session.push(encode('.'), alice.note('.'))
    expect(alice.settled).toEqual([])
    expect(alice.session.overload(1)?.details).toEqual({ peer: peerId('bob') })
  })

  it('[SE7] tells everyone who waits that it will not come, and goes on with what is pushed later', () => {
    const { alice } = linked()
    alice.push('one')
    alice.push('two')
    alice.session.fail(new RoomError('unreachable', 'bob left the room.'))
    expect(alice.settled).toEqual(['one: unreachable', 'two: unreachable'])
    alice.session.acknowledge(2)
    expect(alice.settled).toHaveLength(2)
    for (let count = 0; count < 16; count++) alice.session.push(new Uint8Array(MAX_MESSAGE_BYTES), alice.note('large'))
    expect(alice.settled).toHaveLength(2)
    expect(alice.sent.slice(2, 4)).toEqual([3, 4])
  })

  it('[SE7] lets whoever is told push again at once', () => {
    const { alice } = linked()
    alice.session.push(encode('one'), () => alice.push('again'))
    alice.session.acknowledge(1)
    expect(alice.sent).toEqual([1, 2])
    expect(alice.settled).toEqual([])
    alice.session.acknowledge(2)
    expect(alice.settled).toEqual(['again'])
  })
})
