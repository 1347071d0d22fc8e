import { describe, expect, it } from 'vitest'
import { bobsKey, carolsKey, recordOf, Scene } from '../../sim/scene'
import { VirtualClock } from '../../sim/virtual-clock'
import { RECORD_CHECKED_AFTER } from '../link/timing'
import { TheirRecord } from './their-record'

/** What alice believes of bob; whether a signature holds, and when that is known, is up to the test. */
class Belief {
  readonly clock = new VirtualClock()
  /** The name that alice was shown, each time that she was told of a change. */
  readonly shown: (string | undefined)[] = []
  readonly offences: string[] = []
  /** The links that were closed, by the name in the hello that came over them. */
  readonly closed: string[] = []
  readonly bob: TheirRecord
  readonly #checks = new Map<Uint8Array, (isSigned: boolean) => void>()
  readonly #records = new Map<string, Uint8Array>()

  constructor() {
    this.bob = new TheirRecord({
      peer: bobsKey.id,
      clock: this.clock,
      isSigned: (record) => new Promise((settle) => this.#checks.set(record, settle)),
      onChange: () => this.shown.push(this.name),
      onOffence: (what) => this.offences.push(what),
    })
  }

  get name(): string | undefined {
    return this.bob.value?.name
  }

  /** He says it over a new link. @returns whether it is taken */
  async hello(name: string, revision: number, key = bobsKey): Promise<boolean> {
    return this.bob.read(await this.#make(name, revision, key), () => this.closed.push(name))
  }

  /** He says it over a link that is there. */
  async says(name: string, revision: number, key = bobsKey): Promise<void> {
    this.bob.update(await this.#make(name, revision, key))
  }

  /** Now it is known whether the signature of what he said holds. */
  async turnsOut(name: string, isSigned: 'signed' | 'unsigned'): Promise<void> {
    if (!this.isChecked(name)) await this.clock.run(RECORD_CHECKED_AFTER)
    const record = this.#records.get(name)
    const settle = record && this.#checks.get(record)
    if (!settle) throw new Error(`The signature of ${name} is not being checked.`)
    settle(isSigned === 'signed')
    await this.clock.run(0)
  }

  isChecked(name: string): boolean {
    const record = this.#records.get(name)
    return record !== undefined && this.#checks.has(record)
  }

  async #make(name: string, revision: number, key: typeof bobsKey): Promise<Uint8Array> {
    const record = await recordOf(name, revision, key)
    this.#records.set(name, record)
    return record
  }
}

const UNSIGNED = 'a record that it has not signed'

describe("bob's record", () => {
  it('[ID3] is believed for 3 s before its signature is looked at', async () => {
    const belief = new Belief()
    await belief.hello('bob', 1)
    await belief.clock.run(RECORD_CHECKED_AFTER - 1)
    expect(belief.isChecked('bob')).toBe(false)
    await belief.clock.run(1)
    expect(belief.isChecked('bob')).toBe(true)
  })

  it('[ID3] is taken at once, and stays when its signature holds: there is nothing new to show', async () => {
    const belief = new Belief()
    expect(belief.name).toBeUndefined()
    expect(await belief.hello('bob', 1)).toBe(true)
    expect(belief.bob.value).toMatchObject({ peer: bobsKey.id, name: 'bob', revision: 1 })
    await belief.turnsOut('bob', 'signed')
    expect(belief.name).toBe('bob')
    expect([belief.shown, belief.offences, belief.closed]).toEqual([[], [], []])
  })

  it("[ID3] is not carol's, and not what is none: that is not even checked", async () => {
    const belief = new Belief()
    expect(await belief.hello('carol', 1, carolsKey)).toBe(false)
    await belief.says('carol again', 2, carolsKey)
    expect(belief.bob.read(Uint8Array.of(0xc1))).toBe(false)
    expect(['carol', 'carol again'].some((name) => belief.isChecked(name))).toBe(false)
    expect(belief.offences.slice(0, 2)).toEqual(["somebody else's record", "somebody else's record"])
    expect(belief.offences).toHaveLength(3)
    expect([belief.name, belief.shown]).toEqual([undefined, []])
  })

  it('[ID3] is the one with the greater revision, in whatever order they come and are checked', async () => {
    const belief = new Belief()
    await belief.hello('Robert', 7)
    await belief.says('bob', 6)
    expect(belief.name).toBe('Robert')
    await belief.turnsOut('Robert', 'signed')
    await belief.turnsOut('bob', 'signed')
    await belief.hello('Bobby', 7)
    await belief.turnsOut('Bobby', 'signed')
    expect(belief.name).toBe('Robert')
    expect(belief.offences).toEqual([])
  })

  it('[ID3] is none any more when the first was not signed: its link is closed, and alice sees it', async () => {
    const belief = new Belief()
    await belief.hello('bad one', 1)
    await belief.turnsOut('bad one', 'unsigned')
    expect(belief.name).toBeUndefined()
    expect(belief.shown).toEqual([undefined])
    expect(belief.closed).toEqual(['bad one'])
    expect(belief.offences).toEqual([UNSIGNED])
  })

  it.each([[['bad one', 'bad two']], [['bad two', 'bad one']]])(
    '[ID3] is none any more when two at once were not signed, found out in the order %j',
    async (order) => {
      const belief = new Belief()
      await belief.hello('bad one', 1)
      await belief.says('bad two', 2)
      expect(belief.name).toBe('bad two')
      for (const name of order) await belief.turnsOut(name, 'unsigned')
      expect(belief.name).toBeUndefined()
      expect(belief.shown).toEqual(['bad two', undefined])
      expect(belief.closed).toEqual(['bad one'])
      expect(belief.offences).toEqual([UNSIGNED, UNSIGNED])
    },
  )

  it('[ID3] is the good one that came while a bad one was being checked, though the link is closed', async () => {
    const belief = new Belief()
    await belief.hello('bad one', 1)
    await belief.says('bob', 2)
    await belief.turnsOut('bad one', 'unsigned')
    expect(belief.name).toBe('bob')
    await belief.turnsOut('bob', 'signed')
    expect(belief.name).toBe('bob')
    expect(belief.shown).toEqual(['bob'])
    expect(belief.closed).toEqual(['bad one'])
  })

  it('[ID3] is again the last one that was signed, when a later one was not: the link stays', async () => {
    const belief = new Belief()
    await belief.hello('bob', 1)
    await belief.turnsOut('bob', 'signed')
    await belief.says('bad one', 2)
    await belief.clock.run(500)
    await belief.says('bad two', 3)
    await belief.turnsOut('bad two', 'unsigned')
    expect(belief.name).toBe('bob')
    await belief.turnsOut('bad one', 'unsigned')
    await belief.hello('bad three', 4)
    await belief.turnsOut('bad three', 'unsigned')
    expect(belief.name).toBe('bob')
    expect(belief.shown).toEqual(['bad one', 'bad two', 'bob', 'bob'])
    expect(belief.closed).toEqual([])
    expect(belief.offences).toEqual([UNSIGNED, UNSIGNED, UNSIGNED])
  })

  it('[ID3] is one that was signed, however great the revision of one that was not', async () => {
    const belief = new Belief()
    await belief.hello('bad one', 9)
    await belief.says('bob', 5)
    expect(belief.name).toBe('bad one')
    await belief.turnsOut('bad one', 'unsigned')
    await belief.turnsOut('bob', 'signed')
    expect(belief.name).toBe('bob')
    expect(belief.shown).toEqual(['bad one', undefined, 'bob'])
  })

  it('[ID3] over a newer link is believed, and only the link of the bad one is closed', async () => {
    const belief = new Belief()
    await belief.hello('bad one', 1)
    await belief.hello('bob', 2)
    await belief.turnsOut('bad one', 'unsigned')
    await belief.turnsOut('bob', 'signed')
    expect(belief.name).toBe('bob')
    expect(belief.closed).toEqual(['bad one'])
  })

  it('[ID3] of each of two links is a first one as long as none held: both are closed', async () => {
    const belief = new Belief()
    await belief.hello('bad one', 1)
    await belief.hello('bad two', 2)
    await belief.turnsOut('bad two', 'unsigned')
    await belief.turnsOut('bad one', 'unsigned')
    expect(belief.name).toBeUndefined()
    expect(belief.closed).toEqual(['bad two', 'bad one'])
  })

  it('[PL5] of many within half a second is the last one; those between are not even checked', async () => {
    const belief = new Belief()
    await belief.hello('bob', 1)
    for (let revision = 2; revision <= 9; revision++) await belief.says(`bob ${revision}`, revision)
    expect(belief.name).toBe('bob 2')
    await belief.clock.run(499)
    expect(belief.name).toBe('bob 2')
    await belief.clock.run(1)
    expect(belief.shown).toEqual(['bob 2', 'bob 9'])
    await belief.clock.run(RECORD_CHECKED_AFTER)
    expect([2, 3, 8, 9].map((revision) => belief.isChecked(`bob ${revision}`))).toEqual([true, false, false, true])
  })

  it('[ID3] [PL5] changes nothing any more once alice has stopped, whatever comes of the signatures', async () => {
    const belief = new Belief()
    await belief.hello('bad one', 1)
    await belief.says('bad two', 2)
    await belief.clock.run(RECORD_CHECKED_AFTER)
    await belief.says('bad three', 3)
    belief.bob.stop()
    await belief.says('bad four', 4)
    for (const name of ['bad one', 'bad two']) await belief.turnsOut(name, 'unsigned')
    await belief.clock.run(RECORD_CHECKED_AFTER)
    expect(belief.shown).toEqual(['bad two', 'bad three'])
    expect([belief.offences, belief.closed]).toEqual([[], []])
    expect(['bad three', 'bad four'].some((name) => belief.isChecked(name))).toBe(false)
  })
})

describe('a first hello', () => {
  it('[ID3] with a record that bob has not signed greets nobody in the end, and its link is closed', async () => {
    const scene = new Scene()
    await scene.greet({ record: await recordOf('bad one', 1, { ...carolsKey, publicKey: bobsKey.publicKey }) })
    expect(scene.bob.member).toMatchObject({ name: 'bad one' })
    await scene.clock.run(RECORD_CHECKED_AFTER)
    expect(scene.bob.member).toBeUndefined()
    expect(scene.bob.expected).toBe(false)
    expect(scene.unnumbered).toEqual(['linked', 'unlinked'])
    expect(scene.links?.[0].state.kind).toBe('closed')
    await scene.greet()
    expect(scene.bob.member).toMatchObject({ name: 'bob', status: 'here' })
    expect(scene.links?.[0].state.kind).toBe('open')
  })
})
