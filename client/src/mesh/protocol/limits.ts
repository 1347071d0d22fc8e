/** Every limit of the wire and of what is held for others, with its unit and its reason. */

const KIB = 1024
const MIB = 1024 * KIB

/** A pasted novel fits, and eight of them under way stay far below what a phone's tab may use. Files go by sharing, not by message. */
export const MAX_MESSAGE_BYTES = 1 * MIB

/** Deep enough for any document people write; shallow enough that nobody's recursion overflows. */
export const MAX_DATA_DEPTH = 64

/**
 * Values in one message, those inside others included: a table of ten thousand rows fits. A mebibyte can hold a million
 * that are empty, which take a page seconds to read and a hundred times their size to keep.
 */
export const MAX_DATA_VALUES = 100_000

/** What bytes, however few, count for among the values: they cost a page that much more to make and to keep than a number. */
export const VALUES_OF_BYTES = 10

/** A message and what surrounds it. */
export const MAX_FRAME_BYTES = MAX_MESSAGE_BYTES + 4 * KIB

/**
 * Small enough that even at 10 kB/s, as measured on a lossy line, a piece arrives every two seconds and shows that the
 * link lives; large enough that its cost does not matter.
 */
export const MAX_FRAGMENT_BYTES = 16 * KIB

/** A piece that others follow has this many bytes of content at least: a thousand pieces of one byte would cost far more than they count for. */
export const MIN_FRAGMENT_BYTES = KIB

/** UTF-16 code units. Fits every name people use; short enough for a list. */
export const MAX_NAME_LENGTH = 64

/** A member's record: a key, a signature and a name of 64 signs in any script, twice over. */
export const MAX_RECORD_BYTES = 1 * KIB

/** UTF-16 code units. Fewer can be guessed by anybody who has the server's traffic and a few computers. */
export const MIN_PASSWORD_LENGTH = 8

/** UTF-16 code units. Any sentence fits. */
export const MAX_PASSWORD_LENGTH = 256

/** UTF-16 code units. */
export const MAX_TOPIC_LENGTH = 128

/** Waiting for one peer's acknowledgement; beyond it a sender is told to wait. A few of the largest messages fit. */
export const MAX_UNACKNOWLEDGED_BYTES = 16 * MIB

/** What waits in one link: everything unacknowledged, and small frames. Beyond it the other side has stopped reading. */
export const MAX_QUEUED_BYTES = MAX_UNACKNOWLEDGED_BYTES + 4 * MIB

/** Small payloads cost memory of their own. */
export const MAX_UNACKNOWLEDGED_PAYLOADS = 10_000

/** Requests of one peer that our handlers may be working on at once. */
export const MAX_REQUESTS_PER_PEER = 256

/** Members that left or were lost and are still known by name. */
export const MAX_GONE_MEMBERS = 64

/** People with whom a code was compared in one room and that are remembered: ten times a full room. */
export const MAX_VERIFIED_PEERS = 1000

/** What waits to be dealt with here, of one peer: what an honest one may have unacknowledged, and answers on top. */
export const MAX_INBOX_PAYLOADS = MAX_UNACKNOWLEDGED_PAYLOADS + 1_000

/** Payloads of one peer that are dealt with at once; a page that draws them is busy for half a second. */
export const PAYLOAD_BURST = 4_000

/** Payloads of one peer that are dealt with in a second in the long run: a fifth of what a page can do, for each of five. */
export const PAYLOADS_PER_SECOND = 2_000

/** A payload counts for one more with every so many bytes: 30 MiB a second, more than a data channel carries. */
export const PAYLOAD_UNIT_BYTES = 16 * KIB

/** Frames of any kind at once: what a day's pings to a sleeping tab come to when it wakes. */
export const FRAME_BURST = 100_000

/** Frames of any kind a second in the long run: twice what a peer that sends and acknowledges as fast as it may needs. */
export const FRAMES_PER_SECOND = 10_000

/** Pings that are answered at once. */
export const PING_BURST = 60

/** Pings that are answered in a second in the long run; one comes from whoever keeps to the rules. */
export const PINGS_PER_SECOND = 5

/** Broken rules before a peer is cut off. One is a bug somewhere; several are an attack or a mismatch. */
export const MAX_OFFENCES = 8

/** One in ten seconds: a page that is open for days is not cut off for old slips. */
export const OFFENCES_FORGIVEN_PER_SECOND = 0.1

/** Links that others may begin or keep at once: a full room and some. Browsers allow 500 connections in all. */
export const MAX_LINKED_PEERS = 128

/** Addresses that are told that somebody is here, though nothing of theirs opens, at once, and remembered: a full room. */
export const MAX_KNOCKS = 128

/** The same a second in the long run. */
export const KNOCKS_PER_SECOND = 2

/** Peers that are kept out at the same time. Keys cost nothing, so whoever wants to fill this can; it only forgets. */
export const MAX_BANS = 256

/** Attempts to link that may be under way at once. Browsers allow 500 connections and free closed ones late. */
export const MAX_ATTEMPTS = 32

/** Introductions of one sender that may come out of order. A room of 100 gets 100 to 400 at once. */
export const REPLAY_WINDOW = 1024

/** Senders whose introductions are remembered: ten times a full room, and no server can make a tab hold more. */
export const MAX_REMEMBERED_SENDERS = 1024

/** Signals that travel in one introduction: so many candidates of usual length are a sixth of a box. */
export const MAX_SIGNALS_TOGETHER = 16

/** UTF-16 code units of descriptions and candidates in one introduction; with what surrounds them they fit into a box. */
export const MAX_SIGNAL_LENGTHS_TOGETHER = 12 * KIB

/** ICE servers that connections are made with: browsers find their way more slowly with every one. */
export const MAX_ICE_SERVERS = 8

/** Boxes of which is remembered by which of several servers they came: what a full room sends a newcomer. */
export const MAX_REMEMBERED_BOXES = 512

/** Boxes from one server at once, before any is looked at: a full room sends a newcomer 400 at most. */
export const SERVER_BOX_BURST = 2000

/** Boxes from one server a second in the long run. Finding that one does not open costs a tenth of a millisecond. */
export const SERVER_BOXES_PER_SECOND = 500

/** Introductions that are opened at once, each at the cost of a signature: twice what a full room sends a newcomer. */
export const BOX_BURST = 1000

/** Introductions a second in the long run: a twentieth of what a tab can open. */
export const BOXES_PER_SECOND = 200

/** Introductions from one address that are opened at once; a call has one to four. */
export const SENDER_BOX_BURST = 60

/** Introductions from one address a second in the long run, so that no member uses up what all the others may send. */
export const SENDER_BOXES_PER_SECOND = 2

/** Connections that are made for calls at once, of one's own and of others each: a full room, and half as many again. */
export const CALL_BURST = 150

/**
 * Connections that are made for calls in a second in the long run. Browsers allow 500 and free closed ones late: a server
 * that makes addresses up may not use them up.
 */
export const CALLS_PER_SECOND = 2

/** Addresses to which the way is remembered. A server that makes addresses up fills no more than this. */
export const MAX_ROUTES = 256

/** Signals of one peer that are kept until the offer they belong to is answered: a description and its candidates. */
export const MAX_HELD_SIGNALS = 32

/** An entry with what surrounds its content: the largest content, and a kibibyte for numbers, parents and a seal. */
export const MAX_ENTRY_BYTES = MAX_MESSAGE_BYTES + 1 * KIB

/** Entries of others that an entry names as read before it: the latest of those who wrote at the same time. */
export const MAX_PARENTS = 4

/** Kinds of content are few; so many leave room for those that later versions bring. */
export const MAX_ENTRY_KIND = 255

/** UTF-16 code units of what somebody reacts with. A family of four with skin tones has 19. */
export const MAX_EMOJI_LENGTH = 32

/**
 * Authors in one log. Everybody who was ever in the room and said something is one, and keys cost nothing: whoever has
 * nothing else to do can fill this, and then nobody new is heard here.
 */
export const MAX_FEEDS = 2048

/** One place is one's own, however many others there are. */
export const MAX_OTHERS_FEEDS = MAX_FEEDS - 1

/** Entries that one signature covers: what an author says within moments. */
export const MAX_SEGMENT_ENTRIES = 512

/** Segments that travel together. */
export const MAX_SEGMENTS = 1024

/** Bytes of entries that travel together, one entry at least: a message of somebody else waits behind them for some ms. */
export const ENTRIES_FRAME_BYTES = 128 * KIB

/**
 * Entries in one answer, however small: each counts as bytes among MAX_DATA_VALUES, beyond which nobody reads a message. Half
 * of these are theirs; the keys, hashes and signatures of MAX_SEGMENTS, 32 values each, take a third.
 */
export const MAX_ANSWERED_ENTRIES = MAX_DATA_VALUES / VALUES_OF_BYTES / 2

/** Feeds of which entries are wanted at once: each costs who is asked a look at the disk. */
export const MAX_WANTED_FEEDS = 256

/** Feeds that one peer wants and that are looked for at once: 32 answers of 256 feeds, 4 MiB. */
export const WANTED_FEED_BURST = 32 * MAX_WANTED_FEEDS

/**
 * The same a second in the long run. 96 MiB in 120,000 entries are 768 answers; a newcomer who looks at 2,500 entries a second
 * asks 16 times a second for them.
 */
export const WANTED_FEEDS_PER_SECOND = 16 * MAX_WANTED_FEEDS

/** Feeds that one peer may say to hold at once, each of which is compared with what is here: all of a full log, twice. */
export const TOLD_FEED_BURST = 2 * MAX_FEEDS

/** The same a second in the long run: more than a hundred people who all talk at once come to. */
export const TOLD_FEEDS_PER_SECOND = 500

/** Entries of a log that are held; older ones are let go. A busy room of thirty for a month. */
export const MAX_LOG_ENTRIES = 120_000

/** Bytes of a log that are held, on the disk or, where there is none, in memory. */
export const MAX_LOG_BYTES = 96 * MIB

/** The same of a log of two. */
export const MAX_DIRECT_LOG_ENTRIES = 20_000

/** The same of a log of two, in bytes. */
export const MAX_DIRECT_LOG_BYTES = 16 * MIB

/** Bytes of the newest entries that are in memory besides the disk: half a minute of the busiest room. */
export const RECENT_BYTES = 4 * MIB

/** Entries that are read at once to let them go. */
export const TRIMMED_AT_ONCE = 2_000

/** Entries for one person that may wait for them to come back; beyond it a sender is told to wait. */
export const MAX_UNDELIVERED_ENTRIES = 5_000

/** Logs of two that are open at once: everybody in a large room. */
export const MAX_DIRECT_LOGS = 256

/** Logs of two that others may begin in one browser; keys cost nothing. */
export const MAX_KEPT_DIRECT_LOGS = 512

/** Bytes of entries that have come and wait for what they refer to, or for their turn, in one log. */
export const MAX_WAITING_BYTES = 8 * MIB

/** Entries of one peer that are looked at at once; a page is busy with them for a quarter of a second. */
export const ENTRY_BURST = 4_000

/** The same a second in the long run: a flood leaves most of a page's time to everybody else, and 100,000 come in 40 s. */
export const ENTRIES_PER_SECOND = 2_500

/**
 * How far an entry's Lamport time may be ahead of all that is known here: as far as the busiest room comes in two years, of
 * which whoever comes later finds the end alone. Only 2^27 of the largest steps use the numbers up.
 */
export const MAX_LAMPORT_GAP = 2 ** 26

/** Ephemeral signals of one peer that are handed on at once. */
export const SIGNAL_BURST = 40

/** Ephemeral signals of one peer a second in the long run: typing needs one in three seconds, a shared pointer twenty. */
export const SIGNALS_PER_SECOND = 20

/** An ephemeral signal with its topic, encoded. */
export const MAX_SIGNAL_BYTES = 4 * KIB

/** Entries that are read at once for an application: each is opened and, between two, unsealed. */
export const MAX_HISTORY_PAGE = 1000
