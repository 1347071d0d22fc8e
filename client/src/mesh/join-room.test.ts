import { expect, it } from 'vitest'
import { joinRoom } from './join-room'

it('tells where there is no WebRTC, as here, before it touches anything of the page', async () => {
  await expect(joinRoom({ link: 'garden' })).rejects.toMatchObject({ name: 'RoomError', reason: 'unsupported' })
})
