import { expect, it } from 'vitest'
import { EVERYONE, lastNameOf, weighData } from './conversation'
import { enter, member, RoomDouble } from './room-double'

it('weighs data by what it holds', () => {
  expect(weighData('hello')).toBe(5)
  expect(weighData(new Uint8Array(9))).toBe(9)
  expect(weighData({ list: ['abc', 1, null] })).toBeGreaterThan(weighData('listabc'))
  const value = { list: ['abc'] }
  expect(weighData(value)).toBe(weighData(value))
})

it('somebody who is away is called what they were called last', async () => {
  const room = new RoomDouble()
  const [bo, me] = [member('Bo'), { id: room.self.id, name: 'Ada' }]
  room.write(bo, 'hello')
  room.write(bo, 'it is me', { name: 'Bodil' })
  room.write(me, 'psst', { to: bo.id })
  const { store } = await enter([], room)
  expect(lastNameOf(store.state.conversations, bo.id)).toBe('Bodil')
  expect(lastNameOf(new Map(), bo.id)).toBeUndefined()
  expect(store.state.conversations.get(EVERYONE)?.items).toHaveLength(2)
})
