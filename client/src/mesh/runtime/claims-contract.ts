/** What every implementation of Claims is held to, whatever tells the tabs of one browser apart. Rule ID4. */
import { describe, expect, it } from 'vitest'
import type { Claims } from './claims'

export interface ClaimsHarness {
  /** @returns the claims of one more tab of the browser */
  tab(): Claims
  /** Ends everything. */
  close(): void
}

/** @returns what gives the name up again, or undefined when another tab holds it */
export const claimOne = async (tab: Claims | undefined, name: string, patience = 0) =>
  (await tab?.claim([{ name, patience }]))?.release

/** Longer than any implementation needs to learn that a name was given up. */
const PATIENCE = 2000

export function claimsContract(name: string, open: () => ClaimsHarness): void {
  const withTabs = (count: number, run: (tabs: readonly Claims[]) => Promise<void>) => async () => {
    const harness = open()
    try {
      await run(Array.from({ length: count }, () => harness.tab()))
    } finally {
      harness.close()
    }
  }
  const holders = (claims: readonly ((() => void) | undefined)[]) => claims.filter((claim) => claim !== undefined)

  describe(`the claims of ${name}`, () => {
    it(
      '[ID4] are held by one tab at a time',
      withTabs(2, async ([alice, bob]) => {
        expect(await claimOne(alice, 'key')).toBeDefined()
        expect(await claimOne(bob, 'key')).toBeUndefined()
        expect(await claimOne(alice, 'key')).toBeUndefined()
      }),
    )

    it(
      '[ID4] are each their own',
      withTabs(2, async ([alice, bob]) => {
        expect(await claimOne(alice, 'key 1')).toBeDefined()
        expect(await claimOne(bob, 'key 2')).toBeDefined()
      }),
    )

    it(
      '[ID4] are free once they are given up, also twice',
      withTabs(2, async ([alice, bob]) => {
        const release = await claimOne(alice, 'key')
        release?.()
        release?.()
        const next = await claimOne(bob, 'key')
        expect(next).toBeDefined()
        expect(await claimOne(alice, 'key')).toBeUndefined()
      }),
    )

    it(
      '[ID4] go to one of those who ask at once',
      withTabs(4, async (tabs) => {
        for (const key of ['one', 'two', 'three']) {
          const claims = await Promise.all(tabs.map((tab) => claimOne(tab, key)))
          expect(holders(claims), key).toHaveLength(1)
        }
      }),
    )

    it(
      '[ID4] are had in their order, as far as others do not hold them',
      withTabs(3, async ([alice, bob, carol]) => {
        const candidates = ['one', 'two'].map((name) => ({ name, patience: 0 }))
        const first = await alice?.claim(candidates)
        expect(first?.name).toBe('one')
        expect((await bob?.claim(candidates))?.name).toBe('two')
        expect(await carol?.claim(candidates)).toBeUndefined()
        first?.release()
        expect((await carol?.claim(candidates))?.name).toBe('one')
      }),
    )

    it(
      '[ID4] are not had by whoever waits, while the holder stays',
      withTabs(2, async ([alice, bob]) => {
        await claimOne(alice, 'key')
        expect(await claimOne(bob, 'key', 200)).toBeUndefined()
      }),
    )
  })
}

/** Of those that can wait for a holder that goes, as a page does that is loaded again. */
export function patienceContract(name: string, open: () => ClaimsHarness): void {
  it(`[ID4] of ${name} are had by whoever waits, when the holder goes meanwhile`, async () => {
    const harness = open()
    try {
      const [alice, bob] = [harness.tab(), harness.tab()]
      const release = await claimOne(alice, 'key')
      const waiting = claimOne(bob, 'key', PATIENCE)
      release?.()
      expect(await waiting).toBeDefined()
      expect(await claimOne(alice, 'key')).toBeUndefined()
    } finally {
      harness.close()
    }
  })
}
