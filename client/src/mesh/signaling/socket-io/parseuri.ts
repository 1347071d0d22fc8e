/** Stands for a module of Socket.IO's client in the bundles, which reads addresses also where browsers cannot. */
export function parse(address: string): { host: string; protocol: string; port: string; query: string } {
  const { hostname, protocol, port, search } = new URL(address)
  // Whoever asks puts the brackets of IPv6 back.
  return { host: hostname.replace(/^\[|\]$/g, ''), protocol: protocol.slice(0, -1), port, query: search.slice(1) }
}
