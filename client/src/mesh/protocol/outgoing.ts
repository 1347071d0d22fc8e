/** The one door for what applications hand in: refused here, with words, is what could not arrive. Rules DT1-DT5, RQ5. */
import { countValues, type Data, findDataFault, leastSize } from './data'
import { RoomError } from './errors'
import { MAX_DATA_VALUES, MAX_MESSAGE_BYTES, MAX_TOPIC_LENGTH } from './limits'

/**
 * @param what names the value in the error
 * @throws RoomError 'bad-data' | 'too-large'
 */
export function assertData(value: unknown, what: string): asserts value is Data {
  const fault = findDataFault(value, what)
  if (fault) throw new RoomError('bad-data', `${fault.path} ${fault.problem}, which cannot be sent.`)
  // Before it is encoded: whoever hands in a film must not pay for it with memory.
  const size = leastSize(value as Data, MAX_MESSAGE_BYTES)
  if (size > MAX_MESSAGE_BYTES) throw tooLarge(size)
  if (countValues(value as Data, MAX_DATA_VALUES) > MAX_DATA_VALUES) {
    throw new RoomError('bad-data', `${what} has more than ${MAX_DATA_VALUES} values in it, which cannot be sent.`)
  }
}

/** @throws RoomError 'too-large' */
export function assertSize(payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_MESSAGE_BYTES) throw tooLarge(payload.length)
  return payload
}

/** @throws RoomError 'bad-data' */
export function assertTopic(topic: string): void {
  if (topic.length >= 1 && topic.length <= MAX_TOPIC_LENGTH && topic.isWellFormed()) return
  throw new RoomError('bad-data', `A topic has 1 to ${MAX_TOPIC_LENGTH} characters.`)
}

function tooLarge(size: number): RoomError {
  const limit = MAX_MESSAGE_BYTES
  return new RoomError('too-large', `The message has ${size} bytes; ${limit} may pass.`, { size, limit })
}
