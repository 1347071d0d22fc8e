import { describe, expect, it, vi } from 'vitest'
import { Emitter } from './emitter'

type Events = { said: string; heard: number }

function setUp() {
  const emitter = new Emitter<Events>()
  const heard: string[] = []
  const as = (name: string) => (text: string) => void heard.push(`${name}: ${text}`)
  return { emitter, heard, as }
}

describe('the emitter', () => {
  it('tells every listener of that event, in the order in which they came', () => {
    const { emitter, heard, as } = setUp()
    emitter.on('said', as('alice'))
    emitter.on('said', as('bob'))
    emitter.on('heard', () => heard.push('carol'))
    emitter.emit('said', 'hi')
    expect(heard).toEqual(['alice: hi', 'bob: hi'])
  })

  it('needs nobody to listen', () => {
    expect(() => setUp().emitter.emit('said', 'hi')).not.toThrow()
  })

  it('tells nothing to one who unsubscribed, and lets one do so twice', () => {
    const { emitter, heard, as } = setUp()
    const stop = emitter.on('said', as('alice'))
    emitter.on('said', as('bob'))
    stop()
    stop()
    emitter.emit('said', 'hi')
    expect(heard).toEqual(['bob: hi'])
  })

  it('takes one function twice, as two subscriptions of which each ends by itself', () => {
    const { emitter, heard, as } = setUp()
    const alice = as('alice')
    const stop = emitter.on('said', alice)
    emitter.on('said', alice)
    emitter.emit('said', 'hi')
    stop()
    stop()
    emitter.emit('said', 'ho')
    expect(heard).toEqual(['alice: hi', 'alice: hi', 'alice: ho'])
  })

  it('tells nothing to one whom an earlier listener of the same event unsubscribed', () => {
    const { emitter, heard, as } = setUp()
    emitter.on('said', () => stopBob())
    const stopBob = emitter.on('said', as('bob'))
    emitter.on('said', as('carol'))
    emitter.emit('said', 'hi')
    expect(heard).toEqual(['carol: hi'])
  })

  it('tells one who unsubscribes itself no more, and leaves out nobody else', () => {
    const { emitter, heard, as } = setUp()
    const stop = emitter.on('said', (text) => {
      as('alice')(text)
      stop()
    })
    emitter.on('said', as('bob'))
    emitter.emit('said', 'hi')
    emitter.emit('said', 'ho')
    expect(heard).toEqual(['alice: hi', 'bob: hi', 'bob: ho'])
  })

  it('tells one who subscribes in the middle of an event only of the next', () => {
    const { emitter, heard, as } = setUp()
    const stop = emitter.on('said', () => {
      stop()
      emitter.on('said', as('late'))
    })
    emitter.emit('said', 'hi')
    emitter.emit('said', 'ho')
    expect(heard).toEqual(['late: ho'])
  })

  it('says nothing more once it is cleared, not even the rest of the event under way', () => {
    const { emitter, heard, as } = setUp()
    emitter.on('said', () => emitter.clear())
    emitter.on('said', as('bob'))
    emitter.emit('said', 'hi')
    emitter.emit('said', 'ho')
    expect(heard).toEqual([])
  })

  it('lets a listener that throws disturb nobody, and shows its error to the owner of the page', () => {
    const { emitter, heard, as } = setUp()
    // Where the error surfaces is a microtask of its own; here it is caught before it ends the test run.
    const microtasks: (() => void)[] = []
    const queued = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => void microtasks.push(task))
    emitter.on('said', () => {
      throw new Error('out of ink')
    })
    emitter.on('said', as('bob'))
    emitter.emit('said', 'hi')
    queued.mockRestore()
    expect(heard).toEqual(['bob: hi'])
    expect(microtasks).toHaveLength(1)
    expect(microtasks[0]).toThrow('out of ink')
  })
})
