/** Ids and addresses that say in a test's failure whose they are. */
import { type Address, type PeerId, toAddress, toPeerId } from '../mesh/protocol/ids'

/** Like 'alice----------------A', which is as good an id as any and spells 16 bytes; they sort as the names do. */
export const peerId = (name: string): PeerId => toPeerId(`${name.padEnd(21, '-')}A`)

/** The same of an address. */
export const addressOf = (name: string): Address => toAddress(`${name.padEnd(21, '-')}A`)
