import { expect, it } from 'vitest'
import { draftAfter } from './drafts'

it('a name that lands late leaves what is being typed by then', () => {
  expect(draftAfter({ current: 'Ada Kin', submitted: 'Ada K.', typing: true }, 'Ada K.')).toBe('Ada Kin')
})

it('a name that lands shows where nobody is typing another', () => {
  expect(draftAfter({ current: 'Ada K.', submitted: 'Ada K.', typing: true }, 'Ada K')).toBe('Ada K')
  expect(draftAfter({ current: 'Ada', submitted: 'Ada', typing: false }, 'Bo')).toBe('Bo')
})
