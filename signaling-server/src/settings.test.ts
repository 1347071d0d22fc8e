import { describe, expect, it } from 'vitest'
import { listAddresses } from './addresses'
import { OWN_ORIGIN } from './origins'
import { readSettings } from './settings'

describe('readSettings', () => {
  it('needs nothing: port 3000 on all interfaces, and no third party', () => {
    const settings = {
      port: 3000,
      host: undefined,
      iceServers: [],
      origins: OWN_ORIGIN,
      trustedProxies: 0,
      hstsSeconds: 0,
      pages: undefined,
    }
    expect(readSettings({})).toEqual(settings)
    const empty = { PORT: '', HOST: ' ', ICE_SERVERS: ' ', ORIGINS: '', TRUST_PROXY: ' ', HSTS_SECONDS: '', PAGES: '' }
    expect(readSettings(empty)).toEqual(settings)
  })

  it('takes what the operator sets', () => {
    const env = {
      PORT: '8080',
      HOST: '127.0.0.1',
      PAGES: '/srv/app',
      ORIGINS: 'https://example.org',
      TRUST_PROXY: '1',
      HSTS_SECONDS: '31536000',
      ICE_SERVERS:
        '[{"urls":["turn:turn.example.org"],"username":"u","credential":"c"},{"urls":"stun:stun.example.org"}]',
    }
    expect(readSettings(env)).toEqual({
      port: 8080,
      host: '127.0.0.1',
      pages: '/srv/app',
      origins: { kind: 'named', named: new Set(['https://example.org']) },
      trustedProxies: 1,
      hstsSeconds: 31_536_000,
      iceServers: [
        { urls: ['turn:turn.example.org'], username: 'u', credential: 'c' },
        { urls: 'stun:stun.example.org' },
      ],
    })
    expect(readSettings({ PORT: '0' }).port).toBe(0)
  })

  it.each(['http', '-1', '65536', '3000.5', '0x50', '1e3', '999999'])('refuses PORT=%s in words', (port) => {
    expect(() => readSettings({ PORT: port })).toThrow('PORT: a whole number from 0 to 65535')
  })

  it.each(['-1', '17', 'true', '10.0.0.1'])('[SG11] refuses TRUST_PROXY=%s in words', (text) => {
    expect(() => readSettings({ TRUST_PROXY: text })).toThrow('TRUST_PROXY: a whole number from 0 to 16')
  })

  it('refuses HSTS_SECONDS and ORIGINS that are none in words', () => {
    expect(() => readSettings({ HSTS_SECONDS: 'yes' })).toThrow('HSTS_SECONDS: a whole number from 0 to 63072000')
    expect(() => readSettings({ ORIGINS: 'example.org' })).toThrow("ORIGINS: 'example.org' is no origin")
  })

  it.each([
    ['stun:stun.example.org', 'ICE_SERVERS: not JSON'],
    ['{"urls":"stun:stun.example.org"}', 'ICE_SERVERS: expected Array'],
    ['[{}]', 'ICE_SERVERS.0.urls: missing'],
    ['[{"urls":"https://example.org"}]', 'ICE_SERVERS.0.urls: an ICE address starts with stun:, turn: or turns:'],
    ['[{"urls":"stun:s:99999"}]', 'ICE_SERVERS.0.urls: an ICE address starts with stun:, turn: or turns:'],
    ['[{"urls":"stun::"}]', 'ICE_SERVERS.0.urls: an ICE address'],
    ['[{"urls":"stun:["}]', 'ICE_SERVERS.0.urls: an ICE address'],
    ['[{"urls":"stun:s?transport=udp"}]', 'ICE_SERVERS.0.urls: an ICE address'],
    ['[{"urls":"turn:t?transport=bogus"}]', 'ICE_SERVERS.0.urls: an ICE address'],
    ['[{"urls":"turn:t","password":"hunter2"}]', 'ICE_SERVERS.0.password: unknown field'],
    ['[{"urls":"turn:t","credential":42}]', 'ICE_SERVERS.0.credential: expected'],
    ['[{"urls":["stun:s","turns:t"],"username":"hunter2"}]', 'a TURN server has a username and a credential'],
  ])('[SG9] refuses ICE_SERVERS=%s in words', (text, words) => {
    expect(() => readSettings({ ICE_SERVERS: text })).toThrow(words)
  })

  it('[SG9] never repeats a credential', () => {
    const text = '[{"urls":"turn:t","credential":["hunter2"]}]'
    expect(() => readSettings({ ICE_SERVERS: text })).toThrow(/^(?!.*hunter2)/)
  })
})

describe('listAddresses', () => {
  const address = (family: 'IPv4' | 'IPv6', text: string, internal = false) => {
    const common = { address: text, netmask: '', mac: '', internal, cidr: null }
    return family === 'IPv4' ? { ...common, family } : { ...common, family, scopeid: 0 }
  }
  const interfaces = {
    lo: [address('IPv4', '127.0.0.1', true), address('IPv6', '::1', true)],
    eth0: [address('IPv4', '192.168.1.20'), address('IPv6', 'fe80::1')],
    wlan0: [address('IPv4', '10.0.0.7')],
    down: undefined,
  }

  it.each([undefined, '0.0.0.0', '::'])('names this machine and each address in the LAN (HOST=%s)', (host) => {
    const expected = ['http://localhost:3000', 'http://192.168.1.20:3000', 'http://10.0.0.7:3000']
    expect(listAddresses(3000, host, interfaces)).toEqual(expected)
  })

  it('names only the one address that the server listens on', () => {
    expect(listAddresses(8080, '127.0.0.1', interfaces)).toEqual(['http://127.0.0.1:8080'])
    expect(listAddresses(8080, '::1', interfaces)).toEqual(['http://[::1]:8080'])
  })
})
