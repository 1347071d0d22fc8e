/** Ids and addresses that say in a test's failure whose they are. */
import { type Address, type PeerId, toAddress, toPeerId } from '../mesh/protocol/ids'

/** Like 'alice-----------------', which is as good an id as any; they sort as the names do. */
export const peerId = (name: string): PeerId => toPeerId(name.padEnd(22, '-'))

/** The same of an address. */
export const addressOf = (name: string): Address => toAddress(name.padEnd(22, '-'))
