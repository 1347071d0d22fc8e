/** All that is fuzzed, in the order in which it is reported. */
import type { Target } from '../target'
import { APP } from './app'
import { CONTRACT } from './contract'
import { FRAGMENTS } from './fragments'
import { ROOMS } from './rooms'
import { WIRE } from './wire'

export const TARGETS: readonly Target[] = [...WIRE, ...FRAGMENTS, ...ROOMS, ...CONTRACT, ...APP]
