import { describe, expect, it } from 'vitest'
import { parse } from './parseuri'

describe("what stands for the reader of addresses in Socket.IO's client", () => {
  it('tells host, protocol, port and query apart', () => {
    expect(parse('https://starling.example')).toEqual({
      host: 'starling.example',
      protocol: 'https',
      port: '',
      query: '',
    })
    expect(parse('http://localhost:3000/path?a=1&b=2#c')).toEqual({
      host: 'localhost',
      protocol: 'http',
      port: '3000',
      query: 'a=1&b=2',
    })
  })

  it('leaves the brackets of IPv6 to those who ask', () => {
    expect(parse('http://[::1]:3000')).toMatchObject({ host: '::1', port: '3000' })
  })
})
