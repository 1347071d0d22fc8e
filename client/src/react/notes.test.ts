import { describe, expect, it } from 'vitest'
import type { NoteItem } from './conversation'
import { MAX_NOTED_TOGETHER, MAX_NOTES_IN_A_ROW, MERGE_NOTES_MS } from './limits'
import { Notes } from './notes'
import { at, peerId } from './room-double'

const note = (key: string, name: string, time = 0): NoteItem => ({
  kind: 'note',
  key,
  at: time,
  what: 'came',
  who: [peerId(name)],
  names: [name],
})
const renamed = (key: string): NoteItem => ({ kind: 'renamed', key, at: 0, who: peerId('Bo'), before: 'a', now: key })
const message = (lamport: number) => ({ key: `m${lamport}`, position: at(lamport) })
const keys = (items: readonly { readonly key: string }[]) => items.map(({ key }) => key)

describe('notes', () => {
  it('stand after what was said when they came, also when something late comes in between', () => {
    const notes = new Notes()
    notes.add(note('1', 'Bo'), undefined)
    notes.add(note('2', 'Cy'), at(2))
    notes.add(note('3', 'Di'), at(4))
    expect(keys(notes.mergeInto([message(2), message(4)], true))).toEqual(['1', 'm2', '2', 'm4', '3'])
    expect(keys(notes.mergeInto([message(1), message(2), message(3), message(4)], true))).toEqual([
      '1',
      'm1',
      'm2',
      '2',
      'm3',
      'm4',
      '3',
    ])
    expect(keys(notes.mergeInto([message(4), message(5)], false)), 'what is loaded').toEqual(['m4', '3', 'm5'])
    expect(keys(notes.mergeInto([], true))).toEqual(['1', '2', '3'])
  })

  it('on people who come together are one, up to a crowd', () => {
    const notes = new Notes()
    notes.add(note('1', 'Bo'), at(1))
    notes.add(note('2', 'Cy', MERGE_NOTES_MS), at(1))
    notes.add(note('3', 'Di', MERGE_NOTES_MS + 1), at(1))
    expect(notes.mergeInto([], true)).toEqual([
      { ...note('1', 'Bo'), who: [peerId('Bo'), peerId('Cy')], names: ['Bo', 'Cy'] },
      note('3', 'Di', MERGE_NOTES_MS + 1),
    ])
    const crowd = new Notes()
    for (let count = 0; count <= MAX_NOTED_TOGETHER; count++) crowd.add(note(`${count}`, `P${count}x`), at(1))
    expect(keys(crowd.mergeInto([], true))).toEqual(['0', `${MAX_NOTED_TOGETHER}`])
  })

  it('keep one line about a person until somebody says something', () => {
    const notes = new Notes()
    for (const one of [note('1', 'Bo'), note('2', 'Cy'), renamed('3'), renamed('4')]) notes.add(one, at(1))
    for (const one of [renamed('6'), renamed('7')]) notes.add(one, at(2))
    expect(keys(notes.mergeInto([message(1), message(2)], true))).toEqual(['m1', '1', '4', 'm2', '7'])
  })

  it('stay few while a crowd comes and nobody says anything', () => {
    const notes = new Notes()
    for (let count = 0; count < 200; count++)
      notes.add(note(`${count}`, `p${count}`, count * 2 * MERGE_NOTES_MS), at(1))
    expect(notes.mergeInto([], true)).toHaveLength(MAX_NOTES_IN_A_ROW)
  })
})
