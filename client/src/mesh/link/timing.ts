/** How long links wait, and why. */
import { type Millis, seconds } from '../runtime/clock'

/** Nobody is asked more often: a hidden tab's timers run once a second, and it would only look irregular. */
export const PING_INTERVAL: Millis = seconds(1)

/** How often silence is judged. */
export const WATCH_INTERVAL: Millis = 500

/** Whoever has said nothing for so long asks for a sign of life, which is one to the other side. */
export const ASK_AFTER: Millis = 750

/** The other one of the two asks only when it had nothing to answer either: a judgement and a slow round trip later. */
export const ASK_SECOND_AFTER: Millis = 1250

/** Whoever talks asks as well when nothing is heard for so long: in time for an answer before there is suspicion. */
export const ASK_ANYWAY_AFTER: Millis = 1500

/** How often the round trip is measured by whoever has no need to ask for a sign of life. */
export const RTT_INTERVAL: Millis = seconds(5)

/** By now both sides have asked and nothing came: time to dial anew, before anyone is given up. */
export const SUSPECT_AFTER: Millis = 2500

/** A crashed tab is to be gone from the lists within 5 s, its last sign of life and one judgement included. */
export const DEAD_AFTER: Millis = 3800

/** A watch that is this late was itself asleep, and may not judge others. */
export const OVERSLEPT_AFTER: Millis = 1500

/** Gathering candidates over a slow TURN server takes several seconds; a dead attempt must not block the next for longer. */
export const DIAL_TIMEOUT: Millis = seconds(10)

/** A call is answered by a page, not by a person: whatever was not answered for so long was lost on the way. */
export const ANSWER_PATIENCE: Millis = seconds(5)

/** The first pause after a failed attempt; it doubles with each further one. */
export const REDIAL_BASE: Millis = 250

/** Two peers without a route try this often while the server says that both are here. */
export const REDIAL_MAX: Millis = seconds(30)

/** When both ends lose a link at once, the one with the larger address lets the other dial first. */
export const YIELD_DELAY: Millis = 700

/** Two offers that cross are this close together, gathering included; a call that stands unanswered for longer was lost. */
export const GLARE_WINDOW: Millis = 1500

/** One peer is answered this often at most: whoever calls more often only wants connections made. */
export const ANSWER_INTERVAL: Millis = seconds(1)

/** Signals that overtook their offer wait for it this long; an offer waits for its turn no longer either. */
export const HELD_FOR: Millis = seconds(3)

/** When all places for calls of others are taken, one that got nowhere in this time gives its place up. */
export const PATIENCE_IN_A_CROWD: Millis = seconds(2)

/**
 * Candidates share one introduction until the browser has found all of them, or for this long: it has those of its own
 * interfaces in a moment and the answers of near STUN servers in this time, and each further introduction costs both
 * sides a signature and more.
 */
export const GATHER_TIME: Millis = 100

/** A description waits for its first candidate this long, which is longer than a busy machine takes; else who sent it cannot be called. */
export const CANDIDATE_PATIENCE: Millis = 300

/** The place of a member that has lost its link is nobody else's for so long: time to link again, also for a page that is loaded again. */
export const PLACE_KEPT_FOR: Millis = seconds(5)

/** How long a link may be open before the peer says hello: less than STABLE_AFTER, so that calling again slows down. */
export const HELLO_PATIENCE: Millis = seconds(4)

/** How long somebody with the right password may take to answer before what does not open is blamed on one's own. */
export const PASSWORD_PATIENCE: Millis = seconds(3)

/** How often a member's new name is looked at: checking a signature costs as much as drawing a page. */
export const RECORD_INTERVAL: Millis = 500

/**
 * The signature of a record is checked this long after it came. Its link tells whose it is, nobody else is told of it
 * meanwhile, and who comes into a full room has links to make first.
 */
export const RECORD_CHECKED_AFTER: Millis = seconds(3)

/** While all places for attempts are taken, the next one is tried again after this. */
export const BUSY_PAUSE: Millis = 200

/** After so many failures in a row people are told; two happen to anybody whose network changes. */
export const UNREACHABLE_FAILURES = 3

/** A link lives and yet nothing is taken from this side for so long: whoever waits is told. */
export const STALLED_AFTER: Millis = seconds(30)

/** Long enough for a laptop's short nap; then whoever waits for an acknowledgement is told. */
export const UNREACHABLE_AFTER: Millis = seconds(30)

/** A link that lived this long was a good one; one that did not counts as a failed attempt, so that a flapping pair slows down. */
export const STABLE_AFTER: Millis = seconds(5)
