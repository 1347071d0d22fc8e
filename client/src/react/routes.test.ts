import { describe, expect, it } from 'vitest'
import { readDestination, readRoute } from './routes'

const PAGE = 'https://starling.example/'
const SECRET = 'AAAAAAAAAAAAAAAAAAAAAA'

describe('the address', () => {
  it.each(['', '#', '#/'])('%j is the start page', (hash) => {
    expect(readRoute(PAGE + hash)).toEqual({ kind: 'start' })
  })

  it('with a secret is a room without a name', () => {
    expect(readRoute(`${PAGE}#/r/${SECRET}`)).toEqual({
      kind: 'room',
      link: `${PAGE}#/r/${SECRET}`,
      name: undefined,
    })
  })

  it('with a name is the room of that name', () => {
    expect(readRoute(`${PAGE}#/n/reading%20circle`)).toMatchObject({ kind: 'room', name: 'reading circle' })
  })

  it.each(['#/r/short', '#/r/', '#/n/', '#/n/%E0%A4%A', '#/settings', '#top'])(
    '%j is a dead end, with words',
    (hash) => {
      expect(readRoute(PAGE + hash)).toMatchObject({ kind: 'dead-end', reason: expect.stringMatching(/\w.*\.$/) })
    },
  )
})

describe('what somebody pastes', () => {
  it.each([
    [`${PAGE}#/r/${SECRET}`, `#/r/${SECRET}`],
    [`  ${PAGE}#/r/${SECRET}\n`, `#/r/${SECRET}`],
    [`#/r/${SECRET}`, `#/r/${SECRET}`],
    ['Reading  circle', '#/n/reading%20circle'],
  ])('%j leads to a room of this page', (text, hash) => {
    expect(readDestination(text, PAGE)).toEqual({ kind: 'here', hash })
  })

  it("leads to another server's page when the link names one", () => {
    const link = `http://192.168.1.20:3000/#/r/${SECRET}`
    expect(readDestination(link, PAGE)).toEqual({ kind: 'elsewhere', link })
    expect(readDestination(`${PAGE}other/#/r/${SECRET}`, PAGE)).toMatchObject({ kind: 'elsewhere' })
  })

  it.each(['', '   ', `javascript://x/#/r/${SECRET}`, 'https://starling.example/', `${PAGE}#/r/abc`])(
    '%j leads nowhere, with words',
    (text) => {
      expect(readDestination(text, PAGE)).toMatchObject({ kind: 'nowhere', reason: expect.stringMatching(/\w.*\.$/) })
    },
  )
})
