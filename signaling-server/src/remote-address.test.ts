import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { findRemote, groupOf } from './remote-address'

describe('groupOf', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('[SG11] %s counts as %s', (address, group) => {
    expect(groupOf(address)).toBe(group)
  })
})

describe('findRemote', () => {
  function request(forwarded?: string): IncomingMessage {
    const socket = new Socket()
    Object.defineProperty(socket, 'remoteAddress', { value: '10.0.0.1' })
    const message = new IncomingMessage(socket)
    if (forwarded !== undefined) message.headers['x-forwarded-for'] = forwarded
    return message
  }

  it.each([
    [0, '192.0.2.7', '10.0.0.1'],
    [1, undefined, '10.0.0.1'],
    [1, '192.0.2.7', '192.0.2.7'],
    [1, '203.0.113.9, 192.0.2.7', '192.0.2.7'],
    [2, '203.0.113.9, 192.0.2.7, 10.0.0.2', '192.0.2.7'],
    [2, '192.0.2.7', '192.0.2.7'],
    [1, '192.0.2.7:5555', '192.0.2.7'],
    [1, '[2001:db8:1:2::9]:5555', '2001:db8:1:2::/64'],
    [1, '2001:db8:1:2::9', '2001:db8:1:2::/64'],
    [1, 'made up, nonsense', '10.0.0.1'],
    [1, '192.0.2.7, ', '10.0.0.1'],
  ])('[SG11] with %s proxies trusted and %s forwarded it is %s', (trusted, forwarded, remote) => {
    expect(findRemote(request(forwarded), trusted)).toBe(remote)
  })
})
