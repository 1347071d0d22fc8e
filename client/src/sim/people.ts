/** Ids that say in a test's failure whose they are. */
import { type PeerId, toPeerId } from '../mesh/protocol/ids'

/** Like 'alice-----------------', which is as good an id as any; they sort as the names do. */
export const peerId = (name: string): PeerId => toPeerId(name.padEnd(22, '-'))
