/** What no story may break, whatever happens in it. A failure names its seed; the seed then stays here with its reason. */
import { describe, expect, it } from 'vitest'
import { Story } from './story'

const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1)

describe('whatever happens', () => {
  it.each(SEEDS)(
    '[SE2] [SE3] [SE5] [RP1] nothing acknowledged is lost, nothing comes twice, all meet again: %i',
    async (seed) => {
      const story = new Story(seed)
      await story.tell()
      expect(story.faults(), `seed ${seed}`).toEqual([])
    },
  )
})
