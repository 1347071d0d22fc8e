/** Every limit of what the pages hold and show, with its unit and its reason. */

/** Entries asked for at once. A few screens; small enough to be there before somebody has scrolled through the last ones. */
export const PAGE_ENTRIES = 100

/** Pages read in a row while they show next to nothing new, because they are reactions, or a flood that is folded. */
export const MAX_PAGES_AT_ONCE = 20

/** New lines that are enough for one reading: a screen. */
export const ENOUGH_ROWS = 20

/** Messages of one conversation in memory; beyond it those far from what is being read go back to the disk. */
export const MAX_WINDOW = 3_000

/** UTF-16 code units or bytes of one conversation, so that a few huge messages do not fill a phone's memory. */
export const MAX_HELD = 16 * 1024 * 1024

/** What a full conversation is cut down to. The room made at once lasts for hundreds of messages, so each costs little. */
export const KEPT_SHARE = 0.8

/** Pages looked through for a message that somebody wants to see: 50,000 entries. Whoever made its id up makes nobody wait longer. */
export const MAX_PAGES_SOUGHT = 500

/** Messages that are not loaded and of which changes are known. The oldest of a busy year; each costs a few hundred bytes. */
export const MAX_CHANGED_UNLOADED = 20_000

/** UTF-16 code units of changes to them. Ordinary edits are far below; whoever edits with a megabyte fills no more of a phone. */
export const MAX_CHANGES_UNLOADED = 8 * 1024 * 1024

/** What a change counts beside its text: about what its place in the log takes. */
export const CHANGE_WEIGHT = 100

/** Reactions of one person on one message, the latest. */
export const MAX_EMOJI_EACH = 8

/** Different reactions shown on one message. More would be a wall. */
export const MAX_REACTIONS_SHOWN = 20

/** Notes on comings and goings that one conversation holds. */
export const MAX_NOTES = 300

/** Messages that arrived late and that nobody has seen, each of which can be jumped to. */
export const MAX_LATE = 50

/** Milliseconds between two signs that somebody is typing. */
export const TYPING_EVERY_MS = 3_000

/** How long a sign that somebody is typing holds: two of them may be lost. */
export const TYPING_HOLDS_MS = 8_000

/** How long a change to what was said to one person may take to be stored or refused; when it arrives is another matter. */
export const STORED_WITHIN_MS = 500

/** Milliseconds between two writings of what was read to the disk. */
export const KEEP_READ_EVERY_MS = 1_000

/** UTF-16 code units of a message that are quoted: a line. */
export const QUOTED_TEXT = 160

/** Conversations with one person. Everybody in a full room fits; names that come and go without end do not. */
export const MAX_CONVERSATIONS = 64

/** Notices on the screen at once. More would hide what people came for. */
export const MAX_NOTICES = 3

/** More of a folded run, each time somebody asks for it. */
export const UNFOLDED_AT_ONCE = 400

/** Messages of one person in a row, with nobody else in between, that are all shown. Beyond it most are folded. */
export const FOLD_RUN_AT = 100

/** The latest of a folded run, which stay in sight: a screenful. A flood draws no more than these again and again. */
export const SHOWN_OF_RUN = 25

/** Milliseconds. Messages of one author closer than this stand together under one name. */
export const GROUPED_WITHIN_MS = 5 * 60_000

/** Milliseconds between two drawings of the page. A burst of messages is drawn as one; nobody sees the delay. */
export const DRAW_EVERY_MS = 40

/** UTF-16 code units. Beyond it a message is folded: two screens of a phone. */
export const FOLD_TEXT_AT = 1_600

/** Lines. The same for lists and code. */
export const FOLD_LINES_AT = 24

/** UTF-16 code units put into the page for a folded message: more than the fold shows, and laid out at once. */
export const FOLDED_TEXT = 4_000

/** Addresses of one message that can be clicked. Nobody follows more; thousands of links freeze the page. */
export const MAX_LINKS = 50

/** UTF-16 code units of a value that is not text. Enough to see what it is. */
export const SHOWN_JSON = 4_000

/** Notes of the same kind within this time become one line: eight people who come in together are one event. */
export const MERGE_NOTES_MS = 60_000

/** Notes in a row, with nothing said between them. Nobody reads more of a crowd that comes and goes. */
export const MAX_NOTES_IN_A_ROW = 50

/** People that one note names and counts; who brings a crowd of made-up ones gets another line, not a longer list. */
export const MAX_NOTED_TOGETHER = 200

/** Whoever is back within this time loaded the page again or lost the network for a moment: nobody needs to read of it. */
export const LEAVING_MS = 4_000

/** Who is linked within this time of our own arrival was here before us, so no note says that they came in. */
export const SETTLING_MS = 3_000

/** How long finding people takes at worst, so that nobody reads meanwhile that a room with a name is empty. */
export const LOOKING_MS = 4_000

/** How far the time that a message carries may be from ours. Clocks are minutes off; further, it is wrong or a lie. */
export const TRUSTED_CLOCK_MS = 10 * 60_000
