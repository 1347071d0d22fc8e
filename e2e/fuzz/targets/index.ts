/** All that is fuzzed, in the order in which it is reported. */
import type { Target } from '../target'
import { APP } from './app'
import { CONTRACT } from './contract'
import { ENTRIES } from './entries'
import { FRAGMENTS } from './fragments'
import { IDENTITY } from './identity'
import { LOGS } from './logs'
import { PEER } from './peer'
import { REQUESTS } from './requests'
import { ROOM } from './room'
import { ROOMS } from './rooms'
import { STORED } from './stored'
import { WIRE } from './wire'

const OF_PEERS = [...WIRE, ...FRAGMENTS, ...IDENTITY, ...ENTRIES, ...LOGS, ...PEER, ...ROOM]
const OF_SERVERS = [...CONTRACT, ...REQUESTS]
const OF_PEOPLE = [...ROOMS, ...STORED, ...APP]

export const TARGETS: readonly Target[] = [...OF_PEERS, ...OF_SERVERS, ...OF_PEOPLE]
