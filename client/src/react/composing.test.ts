import { describe, expect, it } from 'vitest'
import { type Composing, cancel, editOf, handBack, NOTHING_YET, removedFrom, replyTo, sent } from './composing'
import { entry } from './room-double'

const { id } = entry('bo', 1, 'hello')
const draft: Composing = { kind: 'new', text: 'well' }

describe('what is being written', () => {
  it('becomes a reply, and an ordinary message again', () => {
    const reply = replyTo(draft, id)
    expect(reply).toEqual({ kind: 'reply', to: id, text: 'well' })
    expect(cancel(reply)).toEqual(draft)
    expect(sent(reply)).toEqual(NOTHING_YET)
  })

  it('is set aside by an edit, and comes back after it', () => {
    const edit = editOf(draft, id, 'helo')
    expect(edit).toEqual({ kind: 'edit', id, text: 'helo', aside: draft })
    expect(cancel(edit)).toEqual(draft)
    expect(sent(edit)).toEqual(draft)
    expect(editOf(edit, id, 'another')).toMatchObject({ aside: draft })
    expect(replyTo(edit, id)).toMatchObject({ kind: 'reply', text: 'well' })
  })

  it('is the same answer after an edit in between', () => {
    const reply = replyTo(draft, id)
    expect(cancel(editOf(reply, id, 'helo'))).toBe(reply)
    expect(sent(editOf(reply, id, 'helo'))).toBe(reply)
  })

  it('is a message of its own once what it edits was removed', () => {
    const edit = editOf(draft, id, 'helo')
    expect(removedFrom(edit, id)).toEqual({ kind: 'new', text: 'helo\nwell' })
    expect(removedFrom(editOf(NOTHING_YET, id, 'helo'), id)).toEqual({ kind: 'new', text: 'helo' })
    expect(removedFrom(edit, entry('bo', 2, 'another').id)).toBe(edit)
    expect(removedFrom(draft, id)).toBe(draft)
  })

  it('comes back when it cannot be sent, before what was typed since', () => {
    const reply = replyTo(draft, id)
    expect(handBack(reply, NOTHING_YET)).toEqual(reply)
    expect(handBack(reply, { kind: 'new', text: 'more' })).toEqual({ ...reply, text: 'well\nmore' })
    const edit = editOf(NOTHING_YET, id, 'long')
    expect(handBack(edit, { kind: 'new', text: 'more' })).toEqual({ ...edit, aside: { kind: 'new', text: 'more' } })
    expect(handBack(edit, reply)).toEqual({ ...edit, aside: reply })
    expect(handBack(draft, edit)).toEqual({ ...edit, aside: draft })
    expect(handBack(draft, reply)).toEqual({ ...reply, text: 'well\nwell' })
  })
})
