/** Ids that say in a test's failure whose they are. */
import * as v from 'valibot'
import { type PeerId, PeerIdSchema } from '../mesh/protocol/ids'

/** Like 'alice-----------------', which is as good an id as any; they sort as the names do. */
export const peerId = (name: string): PeerId => v.parse(PeerIdSchema, name.padEnd(22, '-'))
