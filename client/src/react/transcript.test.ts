import { describe, expect, it } from 'vitest'
import type { Content, Entry, EntryId } from '../mesh'
import {
  CHANGE_WEIGHT,
  MAX_CHANGED_UNLOADED,
  MAX_CHANGES_UNLOADED,
  MAX_EMOJI_EACH,
  MAX_REACTIONS_SHOWN,
} from './limits'
import { entry, NOON, peerId } from './room-double'
import { Transcript } from './transcript'

const hello = entry('bo', 1, 'hello')
const edit = (author: string, lamport: number, text: string, to = hello.id): Entry =>
  entry(author, lamport, { kind: 'edit', to, text })
const removal = (author: string, lamport: number, to = hello.id): Entry =>
  entry(author, lamport, { kind: 'removal', to })
const reaction = (author: string, lamport: number, emoji = '👍', present = true): Entry =>
  entry(author, lamport, { kind: 'reaction', to: hello.id, emoji, present })

function transcriptOf(...entries: readonly Entry[]): Transcript {
  const transcript = new Transcript({ self: peerId('me'), now: () => NOON })
  for (const one of entries) transcript.add(one)
  return transcript
}

const print = (transcript: Transcript) =>
  transcript.messages.map(({ body }) => (body.kind === 'text' ? body.text : body.kind))
const moods = (transcript: Transcript) =>
  transcript.messages[0]?.reactions.map(({ emoji, authors }) => `${emoji} ${authors.map((id) => id.slice(0, 2))}`)

/** All orders in which these can come. */
function permutations<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length < 2) return [all]
  return all.flatMap((one, index) => permutations(all.toSpliced(index, 1)).map((others) => [one, ...others]))
}

describe('what was said', () => {
  it('stands in the order of the log, however it came, and each once', () => {
    const said = [hello, entry('ada', 2, 'hi'), entry('cy', 2, 'hey'), entry('bo', 3, 'all here?')]
    for (const order of permutations(said)) {
      expect(print(transcriptOf(...order, ...order))).toEqual(['hello', 'hi', 'hey', 'all here?'])
    }
  })

  it('tells who said it and what it answers', () => {
    const reply = entry('me', 2, { kind: 'reply', to: hello.id, text: 'you too' }, { name: undefined, late: true })
    expect(transcriptOf(hello, reply).messages).toMatchObject([
      { id: hello.id, isOwn: false, name: 'bo', replyTo: undefined, isLate: false, at: NOON },
      { isOwn: true, name: 'Somebody', replyTo: hello.id, isLate: true, body: { text: 'you too', isEdited: false } },
    ])
  })

  it('is texts, replies and values; names and what nobody understands show nothing', () => {
    const others: readonly Content[] = [{ kind: 'name', name: 'Bodil' }, { kind: 'unknown' }]
    const transcript = transcriptOf(
      entry('bo', 1, { kind: 'data', data: { x: 1 } }),
      ...others.map((content, index) => entry('bo', index + 2, content)),
    )
    expect(transcript.messages.map(({ body }) => body)).toEqual([{ kind: 'data', data: { x: 1 } }])
  })

  it('is the same object until something becomes of it', () => {
    const transcript = transcriptOf(hello, entry('cy', 2, 'hi'))
    const [first, second] = transcript.messages
    transcript.add(entry('cy', 3, 'more'))
    expect(transcript.messages[0]).toBe(first)
    transcript.add(reaction('cy', 4))
    expect(transcript.messages[0]).not.toBe(first)
    expect(transcript.messages[1]).toBe(second)
    const { messages } = transcript
    transcript.add(reaction('cy', 4))
    expect(transcript.messages).toBe(messages)
  })

  it('of a clock that is ahead is of now, of one that tells nonsense of no time', () => {
    const times = [NOON + 86_400_000, Number.NaN, -1, Number.POSITIVE_INFINITY, NOON - 5]
    const transcript = transcriptOf(...times.map((at, index) => entry('bo', index + 1, 'x', { at })))
    expect(transcript.messages.map(({ at }) => at)).toEqual([NOON, undefined, undefined, undefined, NOON - 5])
  })

  it('is weighed, and released from either end', () => {
    const transcript = transcriptOf(...[1, 2, 3, 4].map((lamport) => entry('bo', lamport, 'x'.repeat(lamport))))
    expect([transcript.size, transcript.weight]).toEqual([4, 10])
    expect(transcript.countWithin(3, 100, 'end')).toBe(3)
    expect(transcript.countWithin(9, 7, 'end')).toBe(2)
    expect(transcript.countWithin(9, 3, 'start')).toBe(2)
    expect(transcript.countWithin(9, 0, 'end')).toBe(1)
    transcript.releaseOldest(3)
    transcript.releaseNewest(2)
    expect(print(transcript)).toEqual(['xx', 'xxx'])
    expect(transcript.weight).toBe(5)
    transcript.releaseOldest(0)
    expect(transcript.messages).toEqual([])
  })
})

describe('an edit', () => {
  it('counts when it is the author’s own, and the last in the order holds', () => {
    const edits = [hello, edit('bo', 2, 'hullo'), edit('bo', 3, 'hallo'), edit('mallory', 4, 'buy!')]
    for (const order of permutations(edits)) {
      expect(transcriptOf(...order).messages).toMatchObject([{ body: { text: 'hallo', isEdited: true } }])
    }
  })

  it('waits for what it changes, also when that is loaded once more', () => {
    const transcript = transcriptOf(edit('bo', 3, 'hallo'))
    expect(transcript.messages).toEqual([])
    transcript.add(hello)
    expect(print(transcript)).toEqual(['hallo'])
    transcript.releaseOldest(0)
    transcript.add(hello)
    expect(print(transcript)).toEqual(['hallo'])
  })

  it('makes no text of a value', () => {
    const value = entry('bo', 1, { kind: 'data', data: 7 })
    expect(print(transcriptOf(value, edit('bo', 2, 'x', value.id)))).toEqual(['data'])
  })
})

describe('a removal', () => {
  it('counts when it is the author’s own, and nothing is left of what was said', () => {
    const gone = [hello, removal('bo', 2), edit('bo', 3, 'hallo'), reaction('cy', 4)]
    for (const order of permutations(gone)) {
      expect(transcriptOf(...order).messages).toMatchObject([{ body: { kind: 'removed' }, reactions: [] }])
    }
    expect(print(transcriptOf(hello, removal('mallory', 2)))).toEqual(['hello'])
  })
})

describe('a reaction', () => {
  it('counts once for each author, and can be taken back', () => {
    const all = [hello, reaction('cy', 2), reaction('di', 3), reaction('cy', 4, '👍', false)]
    for (const order of permutations(all)) expect(moods(transcriptOf(...order))).toEqual(['👍 di'])
    expect(moods(transcriptOf(...all, reaction('cy', 5)))).toEqual(['👍 di,cy'])
    expect(moods(transcriptOf(hello, reaction('cy', 2, '🎉'), reaction('cy', 3), reaction('cy', 2)))).toEqual([
      '🎉 cy',
      '👍 cy',
    ])
  })

  it('is one sign, and not anything that somebody can write', () => {
    const texts = ['', 'ok', '👍👍', 'x'.repeat(1e6), '\u200b', '<b>', '1', '👨‍👩‍👧‍👦', '🇩🇪', '❤️']
    const transcript = transcriptOf(hello, ...texts.map((text, index) => reaction(`p${index}`, index + 2, text)))
    expect(transcript.messages[0]?.reactions.map(({ emoji }) => emoji)).toEqual(['👨‍👩‍👧‍👦', '🇩🇪', '❤️'])
  })

  it('floods nothing: of one person the latest count, of all a few kinds', () => {
    const signs = Array.from({ length: 60 }, (_, index) => String.fromCodePoint(0x1f400 + index))
    const alone = transcriptOf(hello, ...signs.map((sign, index) => reaction('cy', index + 2, sign)))
    expect(alone.messages[0]?.reactions.map(({ emoji }) => emoji)).toEqual(signs.slice(-MAX_EMOJI_EACH))
    const crowd = transcriptOf(hello, ...signs.map((sign, index) => reaction(`p${index}x`, index + 2, sign)))
    expect(crowd.messages[0]?.reactions).toHaveLength(MAX_REACTIONS_SHOWN)
  })
})

it('entries of a forged feed are taken out, and what they changed is as before', () => {
  const [like, hallo, own] = [reaction('mallory', 2), edit('bo', 3, 'hallo'), entry('mallory', 4, 'me')]
  const transcript = transcriptOf(hello, like, hallo, own)
  transcript.remove([like.id, own.id, 'nothing' as EntryId])
  expect(print(transcript)).toEqual(['hallo'])
  expect(moods(transcript)).toEqual([])
  transcript.remove([hallo.id])
  expect(print(transcript)).toEqual(['hello'])
})

describe('changes of what is not loaded', () => {
  const targets = Array.from({ length: MAX_CHANGED_UNLOADED + 1 }, (_, index) => entry('bo', index + 10, 'x'))

  it('are kept up to a limit, the oldest go first, though nothing is ever released', () => {
    const transcript = transcriptOf(hello)
    for (const [index, { id }] of targets.entries()) transcript.add(edit('bo', 100_000 + index, 'edited', id))
    for (const target of [targets[0], targets.at(-1)]) if (target) transcript.add(target)
    expect(print(transcript)).toEqual(['hello', 'x', 'edited'])
  })

  it('take no more memory than is reasonable, whoever edits with a megabyte', () => {
    const transcript = transcriptOf()
    const long = 'x'.repeat(MAX_CHANGES_UNLOADED / 8)
    const edited = targets.slice(0, 20)
    for (const [index, { id }] of edited.entries()) transcript.add(edit('bo', 100_000 + index, long, id))
    for (const target of edited) transcript.add(target)
    const kept = print(transcript).filter((text) => text === long)
    expect(kept.length).toBeGreaterThan(1)
    expect(kept.length).toBeLessThan(8)
  })
})

it('what others make of a message does not weigh, before it is loaded or after; what its author does, does', () => {
  const foreign = ['mallory', 'trudy'].flatMap((author) => [edit(author, 5, 'x'.repeat(1e4)), removal(author, 6)])
  const transcript = transcriptOf(...foreign, hello, ...foreign.map((one) => ({ ...one, lamport: one.lamport + 10 })))
  expect(transcript.weight).toBe('hello'.length)
  transcript.add(edit('bo', 20, 'x'.repeat(1e4)))
  transcript.add(edit('bo', 21, 'x'.repeat(1e3)))
  expect(transcript.weight).toBe('hello'.length + CHANGE_WEIGHT + 1e3)
  transcript.add(entry('bo', 22, 'y'))
  expect(transcript.countWithin(9, 500, 'end')).toBe(1)
  transcript.releaseOldest(1)
  expect(transcript.weight).toBe(1)
  transcript.add(hello)
  expect(print(transcript)).toEqual(['x'.repeat(1e3), 'y'])
})

it('a hundred thousand entries, most of them reactions, are taken in', () => {
  const transcript = transcriptOf(hello)
  for (let lamport = 2; lamport < 100_000; lamport++) {
    transcript.add(lamport % 50 === 0 ? entry('bo', lamport, 'x') : reaction(`p${lamport % 40}`, lamport))
  }
  expect(transcript.messages).toHaveLength(2_000)
})
