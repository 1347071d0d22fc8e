/** At which addresses people reach the server: this machine's own, and those of the LAN. */
import type { NetworkInterfaceInfo } from 'node:os'

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/** @param host the one interface that the server listens on; undefined for all */
export function listAddresses(port: number, host: string | undefined, interfaces: Interfaces): readonly string[] {
  if (host !== undefined && host !== '0.0.0.0' && host !== '::') {
    return [`http://${host.includes(':') ? `[${host}]` : host}:${port}`]
  }
  const lan = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4' && !address.internal)
  return ['localhost', ...lan.map((address) => address.address)].map((name) => `http://${name}:${port}`)
}
