/**
 * People with nothing but a dialer, on the simulated network: who called whom and when, which links came of it, and a
 * post that loses introductions, delays them or refuses them. For what a dialer does; whole rooms are sim.ts's.
 */
import { Dialer, type GoBetween } from '../mesh/link/dialer'
import type { Delivery, IntroductionFault } from '../mesh/link/introducer'
import type { CloseReason, Link } from '../mesh/link/link'
import type { Address, PeerId } from '../mesh/protocol/ids'
import type { Introduction, LinkSignal } from '../mesh/protocol/introductions'
import type { Millis } from '../mesh/runtime/clock'
import { addressOf, peerId } from './people'
import { seededRandom } from './seeded-random'
import { SimNetwork } from './sim-network'
import { VirtualClock } from './virtual-clock'

type Sent = { readonly kind: LinkSignal['kind']; readonly session: string; readonly at: Millis }

/** One person: the dialer, every link that it made, and what it told. */
export class Caller implements GoBetween {
  available = true
  readonly iceServers = []
  /** what becomes of this person's introductions; 'lost' ones are called delivered and never arrive */
  post: Delivery | 'lost' = 'delivered'
  readonly address: Address
  readonly id: PeerId
  readonly dialer: Dialer
  readonly sent: Sent[] = []
  /** when each link was made, and whether as the caller */
  readonly made: { readonly at: Millis; readonly initiator: boolean; readonly link: Link }[] = []
  /** what its links were signalled */
  readonly taken: LinkSignal[] = []
  readonly opened: { readonly at: Millis; readonly link: Link }[] = []
  readonly unlinked: { readonly at: Millis; readonly reason: CloseReason }[] = []
  readonly notHere: Address[] = []
  readonly refused: IntroductionFault[] = []

  constructor(
    private readonly story: DialStory,
    readonly name: string,
    fraction?: number,
  ) {
    const { clock, network, random } = story
    this.address = addressOf(name)
    this.id = peerId(name)
    this.dialer = new Dialer({
      self: this.address,
      clock,
      random: fraction === undefined ? random : { ...random, fraction: () => fraction },
      links: (options) => {
        const link = network.link(name, options)
        const { signal } = link
        link.signal = (taken) => {
          this.taken.push(taken)
          signal.call(link, taken)
        }
        this.made.push({ at: clock.now(), initiator: options.initiator, link })
        return link
      },
      goBetween: this,
    })
    this.dialer.on('link', ({ link }) => this.opened.push({ at: clock.now(), link }))
    this.dialer.on('unlinked', ({ reason }) => this.unlinked.push({ at: clock.now(), reason }))
    this.dialer.on('not-here', ({ address }) => this.notHere.push(address))
    this.dialer.on('refused', ({ reason }) => this.refused.push(reason))
  }

  async introduce(to: Address, introduction: Introduction): Promise<Delivery> {
    const { session, signals } = introduction
    for (const { kind } of signals) this.sent.push({ kind, session, at: this.story.clock.now() })
    const { post } = this
    if (post === 'delivered') this.story.carry(this, to, introduction)
    return post === 'lost' ? 'delivered' : post
  }

  /** Hands this person a signal as if `from` had sent it, or somebody else from that address. */
  forge(from: Caller, session: string, signal: LinkSignal, by = from.id): void {
    this.dialer.receive(from.address, by, { session, signals: [signal] })
  }

  get link(): Link | undefined {
    const open = this.made.map(({ link }) => link).filter((link) => link.state.kind === 'open')
    if (open.length > 1) throw new Error(`${this.name} has ${open.length} open links`)
    return open[0]
  }

  /** When this person called. */
  get calls(): readonly Millis[] {
    return this.made.filter(({ initiator }) => initiator).map(({ at }) => at)
  }
}

export class DialStory {
  readonly clock = new VirtualClock()
  readonly random = seededRandom(1)
  readonly network = new SimNetwork({ clock: this.clock, random: this.random, jitter: 0 })
  /** how long the introductions of these people travel; 20 ms otherwise */
  readonly delays = new Map<Address, Millis>()
  readonly #people = new Map<Address, Caller>()

  person(name: string, fraction?: number): Caller {
    const person = new Caller(this, name, fraction)
    this.#people.set(person.address, person)
    return person
  }

  carry({ address, id }: Caller, to: Address, introduction: Introduction): void {
    const arrive = () => this.#people.get(to)?.dialer.receive(address, id, introduction)
    this.clock.after(this.delays.get(address) ?? 20, arrive)
  }

  run(duration: Millis): Promise<void> {
    return this.clock.run(duration)
  }

  /** @returns whether each has one open link, and frames pass over it both ways */
  async areLinked(a: Caller, b: Caller): Promise<boolean> {
    const heard = new Set<Caller>()
    for (const caller of [a, b]) caller.link?.on('frame', () => heard.add(caller))
    for (const caller of [a, b]) caller.link?.send(Uint8Array.of(1))
    await this.run(100)
    return heard.size === 2
  }
}

/** Alice has the smaller address. With `fraction` the pauses are no matter of chance. */
export function dialPair(fraction?: number) {
  const story = new DialStory()
  return { story, alice: story.person('alice', fraction), bob: story.person('bob', fraction) }
}

export async function linkedDialPair(fraction?: number) {
  const { story, alice, bob } = dialPair(fraction)
  alice.dialer.want(bob.address)
  await story.run(1000)
  return { story, alice, bob }
}
