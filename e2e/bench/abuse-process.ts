/**
 * The abuser's own process. It is the last in line for the processor (nice 19), as far as the system heeds that: a real
 * one would burn its own machine, and this one must not win its ratio by keeping the honest ones from theirs.
 */
import { constants, setPriority } from 'node:os'
import { Abuser } from './abuse-attacks'
import type { Order } from './abuse-kinds'

setPriority(constants.priority.PRIORITY_LOW)

process.once('message', (order: Order) => {
  new Abuser(order).run().then(
    (outcome) => process.send?.({ outcome }, () => process.exit()),
    (error: unknown) => process.send?.({ trouble: String(error) }, () => process.exit(1)),
  )
})
process.send?.({ ready: true })
