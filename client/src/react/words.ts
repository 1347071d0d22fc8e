/** What the room knows, in words for people: states, deliveries, errors, times and sizes. */
import { type Member, type PeerId, RoomError, type RoomStatus } from '../mesh'
import { dayOf } from './days'
import { type Label, plainText } from './names'
import { cutText } from './text-parts'

export function countWords(count: number, one: string, many: string): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`
}

export function reachWords(member: Pick<Member, 'status' | 'reach' | 'rtt'>): string {
  if (member.status === 'gone') return 'away'
  if (member.status === 'suspected') return 'reconnecting…'
  if (member.reach === 'none') return 'connecting…'
  if (member.rtt === undefined) return member.reach
  return `${member.reach}, ${member.rtt < 1 ? 'under 1' : Math.round(member.rtt).toLocaleString()} ms`
}

/** A clause on a person who is not to be taken for another. */
export function standingWords(standing: Label['standing']): string | undefined {
  switch (standing) {
    case 'verified':
      return 'verified'
    case 'look-alike':
      return 'not the one you verified'
    case undefined:
      return undefined
  }
}

/** On a conversation with one person alone: parts that are each kept on one line where there is room. */
export function directWords(member: Member | undefined, standing: Label['standing']): readonly string[] {
  if (member === undefined || member.status === 'gone') {
    return ['Not here now', 'what you write is delivered when both of you are here']
  }
  const who = standing === 'look-alike' ? 'Not the one you verified' : 'Only the two of you read this'
  return [who, reachWords(member)]
}

/** Somebody is in the room, or may be, and was not met: why. */
export type Unmet = 'not found yet' | 'out of reach' | 'another password'

/** How well the room works at this moment; `tone` is for colour, the words say it all. */
export interface StatusWords {
  readonly text: string
  readonly tone: 'good' | 'waiting' | 'bad'
}

/** @param unmet why somebody who is in the room was not met, if there is anybody like that */
export function statusWords(
  status: RoomStatus,
  members: readonly Pick<Member, 'status' | 'reach'>[],
  unmet: Unmet | undefined,
): StatusWords {
  if (status.state === 'left') return { text: 'You left this room.', tone: 'bad' }
  const present = members.filter((member) => member.status !== 'gone')
  const linked = present.filter((member) => member.status === 'here' && member.reach !== 'none').length
  const waiting = present.length - linked
  const { signaling } = status
  switch (signaling.kind) {
    case 'connecting':
      if (present.length === 0) return { text: 'Looking for the signaling server…', tone: 'waiting' }
      return { text: `${linkWords(linked, waiting)}. Looking for the signaling server…`, tone: 'waiting' }
    case 'unreachable':
      return cutOffWords('Signaling server unreachable', linked)
    case 'refused':
      return cutOffWords(`The signaling server does not let you in (${clause(signaling.reason)})`, linked)
    case 'connected':
      if (present.length === 0) return aloneWords(unmet)
      return { text: linkWords(linked, waiting), tone: waiting === 0 ? 'good' : 'waiting' }
  }
}

function aloneWords(unmet: Unmet | undefined): StatusWords {
  switch (unmet) {
    case 'not found yet':
      return { text: 'Looking for who is here…', tone: 'waiting' }
    case 'another password':
      return { text: 'Nobody with your password is here.', tone: 'bad' }
    case 'out of reach':
      return { text: 'Not connected to anybody.', tone: 'bad' }
    case undefined:
      return { text: 'Nobody else is here yet. Send the link to somebody.', tone: 'waiting' }
  }
}

/** Without a server nobody new can come, and nobody who is here is lost. */
function cutOffWords(cause: string, linked: number): StatusWords {
  if (linked === 0) return { text: `${cause} - nobody can find you here yet. Trying again.`, tone: 'bad' }
  const links = linked === 1 ? 'your link stays up' : `your ${linked.toLocaleString()} links stay up`
  return { text: `${cause} - ${links}; newcomers have to wait. Trying again.`, tone: 'waiting' }
}

function linkWords(linked: number, waiting: number): string {
  if (linked === 0) return `Connecting to ${countWords(waiting, 'person', 'people')}…`
  const connected = `Connected to ${countWords(linked, 'person', 'people')}`
  return waiting === 0 ? connected : `${connected}, linking to ${waiting.toLocaleString()} more…`
}

/** How far a message of one's own has come. */
export type Delivery =
  | { readonly kind: 'storing' }
  | {
      readonly kind: 'everyone'
      readonly delivered: number
      /** 0 while nobody is here whom it could be compared with */
      readonly of: number
      /** whether anybody was here while this page was open */
      readonly hasMet: boolean
      /** whether it was said on this page: of what was said before nobody knows here who has it */
      readonly isNew: boolean
    }
  /** `awaited` is whoever has to come back first */
  | { readonly kind: 'direct'; readonly isDelivered: boolean; readonly awaited: string | undefined }

/** @returns undefined where nothing is known of it */
export function deliveryWords(delivery: Delivery): string | undefined {
  switch (delivery.kind) {
    case 'storing':
      return 'storing…'
    case 'direct':
      if (delivery.isDelivered) return 'delivered'
      return delivery.awaited === undefined ? 'sent' : `waiting until ${delivery.awaited} is back`
    case 'everyone':
      if (delivery.of === 0) {
        if (!delivery.isNew) return undefined
        return delivery.hasMet ? 'nobody else is here now' : 'nobody else is here yet'
      }
      if (delivery.delivered === 0) return 'sent'
      if (delivery.delivered < delivery.of) return `delivered to ${delivery.delivered} of ${delivery.of}`
      return 'delivered to all'
  }
}

/** Whether all whom it is for have it. */
export function isDelivered(delivery: Delivery): boolean {
  if (delivery.kind === 'direct') return delivery.isDelivered
  return delivery.kind === 'everyone' && delivery.of > 0 && delivery.delivered >= delivery.of
}

/** @param names of those who type, without oneself */
export function typingWords(names: readonly string[]): string {
  const [first = '', second = ''] = names
  if (names.length === 0) return ''
  if (names.length === 1) return `${first} is typing…`
  return names.length === 2 ? `${first} and ${second} are typing…` : 'Several people are typing…'
}

/**
 * On a mark that was set.
 * @param isKept whether the browser has just stored it
 */
export function markWords(isKept: boolean): string {
  const belongs = 'The mark belongs to this person, whatever they call themselves'
  return isKept ? `${belongs}, and stays in this browser.` : `${belongs}.`
}

/** A clause without a capital and a full stop, to stand behind a colon. */
export function errorWords(error: unknown): string {
  if (!(error instanceof RoomError)) {
    return `something broke in this page (${error instanceof Error ? error.message : String(error)})`
  }
  const { limit, size } = error.details
  switch (error.reason) {
    case 'too-large':
      if (limit === undefined || size === undefined) return 'it is too long for one message'
      return `it is ${sizeWords(size)} long, and one message can be ${sizeWords(limit)} at most`
    case 'bad-data':
      return 'it holds characters that cannot be sent'
    case 'needs-password':
      return 'this room has a password'
    case 'wrong-password':
      return 'whoever is here has another password'
    case 'misbehaving':
      return 'this person broke the rules and is kept out for a while'
    case 'unknown-peer':
    case 'unreachable':
      return 'this person left or cannot be reached'
    case 'overloaded':
      return 'too many messages are still on their way; wait a moment'
    case 'timeout':
      return 'no answer came in time'
    case 'left':
      return 'you left this room'
    case 'aborted':
      return 'it was called off'
    case 'incompatible':
      return 'somebody here uses another version of this page; both should load it again'
    case 'forked':
      return 'this person wrote two versions of the same messages, and what contradicts is left out'
    case 'not-stored':
      return 'this browser does not remember it, so it holds until you leave'
    case 'bad-link':
    case 'unsupported':
    case 'refused':
    case 'no-handler':
    case 'handler-failed':
      return clause(error.message)
  }
}

/**
 * A whole sentence for what went wrong without being anybody's message.
 * @param nameOf what the person at fault is called, if they are known
 */
export function noticeWords(error: RoomError, nameOf: (peer: PeerId) => string | undefined): string {
  const { peer } = error.details
  // The library tells why nobody can be reached, and what helps; no shorter words would.
  if (error.reason === 'unreachable') return error.message
  if (error.reason === 'wrong-password') {
    return 'Somebody in this room has another password than you, and nobody with yours is here.'
  }
  if (error.reason === 'not-stored') {
    return `${sentence(error.message)}. When this page is closed it is gone from here, and you come back as somebody new; others keep what they have.`
  }
  if (error.reason === 'forked') {
    const who = peer && nameOf(peer)
    // What the library says of oneself helps; of others it has no more than their name.
    if (who === undefined) return `${sentence(error.message)}.`
    return `${who} wrote two versions of the same messages. What contradicts was taken out of the conversation.`
  }
  if (error.reason === 'misbehaving') {
    const who = (peer && nameOf(peer)) ?? 'Somebody'
    return `${who} broke the rules and is kept out for a while.`
  }
  if (error.reason === 'overloaded' && peer !== undefined) {
    return `${nameOf(peer) ?? 'Somebody'} is not keeping up and misses messages.`
  }
  return `Something went wrong: ${errorWords(error)}.`
}

/** UTF-16 code units. What the library says is shorter; what a server or somebody's handler says can be anything. */
const MAX_CLAUSE = 300

/** A sentence of the library, made to stand behind a colon. */
function clause(words: string): string {
  const whole = sentence(words)
  return whole.charAt(0).toLowerCase() + whole.slice(1)
}

/** The same without its full stop. */
function sentence(words: string): string {
  return plainText(cutText(words, MAX_CLAUSE)).replace(/\.$/, '')
}

/** @param bytes a whole number */
export function sizeWords(bytes: number): string {
  if (bytes < 1024) return countWords(bytes, 'byte', 'bytes')
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KiB'] : [bytes / (1024 * 1024), 'MiB']
  // Rounded up past the point, so that what is over a limit never reads as the limit itself.
  return `${(Math.ceil(value * 100) / 100).toLocaleString(undefined, { maximumFractionDigits: 2 })} ${unit}`
}

const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const wholeTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })
const wholeDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' })

export interface TimeWords {
  readonly iso: string
  readonly short: string
  readonly long: string
}

/**
 * @param withDay whether the time alone would be taken for that of another day
 * @returns undefined for a time that no calendar has: it came from somebody else, so it can be anything
 */
export function timeWords(at: number, withDay = false): TimeWords | undefined {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return undefined
  const time = clockTime.format(date)
  const short = withDay ? `${shortDay.format(date)}, ${time}` : time
  return { iso: date.toISOString(), short, long: wholeTime.format(date) }
}

/** `Today`, `Yesterday`, or the date; undefined for a time that no calendar has. */
export function dayWords(at: number, now: number): string | undefined {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return undefined
  const days = dayOf(now) - dayOf(at)
  return days === 0 ? 'Today' : days === 1 ? 'Yesterday' : wholeDay.format(date)
}

/** `Bo`, `Bo and Cy`, `Bo, Cy and 3 others`. */
export function listWords(names: readonly string[]): string {
  const [first = '', second = '', third = ''] = names
  if (names.length < 2) return first
  if (names.length === 2) return `${first} and ${second}`
  if (names.length === 3) return `${first}, ${second} and ${third}`
  return `${first}, ${second} and ${(names.length - 2).toLocaleString()} others`
}
