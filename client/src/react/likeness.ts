/**
 * When two names look the same to a hurried reader: letter case, accents, invisible signs, punctuation, symbols, and the letters
 * that scripts share by their shape do not count. It errs on the side of alike: that costs a mark beside a name, the
 * other way a person would be taken for another.
 */

/** What shows nothing, or turns the direction of what follows. Braille's blank is a sign, yet shows nothing. */
export const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** Accents on letters of any script that has capitals; in other scripts such signs are letters themselves. */
const ACCENTS = /[\u0300-\u036f]/g

const BETWEEN_LETTERS = /[\s\p{P}\p{S}]/gu

/** Each letter of Cyrillic, Greek and the like, and the Latin one that it, or its capital, is drawn as. */
const LATIN_BY_LETTER = letters(
  'аa вb еe кk мm нh оo рp сc тt уy хx з3 іi ӏi јj ѕs ԁd һh ԛq ԝw ѵv ьb ԍg',
  'αa βb εe ζz ηh ιi κk μm νn οo ρp τt υy χx ϲc ϳj',
  'ıi ɑa ɡg ɩi ʋv ᴄc ᴏo ᴜu ᴠv ᴡw ᴢz ßb øo łl đd þp ðd ǀi օo սu ոn հh',
  'ɓb ƅb ʙb ɗd ɖd ɠg ɦh ƙk ɱm ɲn ƥp ʠq ʂs ƭt ɛe',
  // Cherokee has small letters that nobody uses; what is compared is those.
  'Ꭺa Ᏼb Ꮟb Ꮯc Ꭰd Ꮷd Ꭼe Ꮐg Ꮋh Ꮒh Ꭵi Ꭻj Ꮶk Ꮮl Ꮇm Ꮎo Ꮲp Ꮢr Ꮪs Ꭲt Ꮩv Ꮃw Ꭹy Ꮓz'.toLowerCase(),
  'ᗅa ᗩa ᗷb ᑲb ᑕc ᗞd ᗪd ᑯd ᕮe ᖴf ᕼh ᒍj ᒪl ᗰm ᑎn ᗝo ᑭp ᑫq ᖇr ᔕs ᑌu ᐯv ᗯw ᙭x',
  ...[0x1f150, 0x1f170].map(alphabetFrom),
)

/** The same for small letters that are drawn as another one than their capitals. */
const LATIN_BY_SMALL_LETTER = letters('νv υu ηn γy ωw σo пn иu гr ԁd ѡw')

/** Pairs that run together, and what is drawn as one stroke or as a ring. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/[l1|]/g, 'i'],
  [/0/g, 'o'],
  [/8/g, 'b'],
]

/** What can set off something from the name before it; some scripts have a dot that counts as a letter. */
const SETTING_OFF = /[\p{P}\p{S}\u1427\u318d\ua78f]+/gu

/** No name in use is set off so often. */
const MAX_STARTS = 16

/**
 * @param name without what reorders text
 * @returns what is compared by of the name up to each sign that sets off the rest, as in `Bo · x3Wh` and `Bo 🐦`
 */
export function likenessesOfStarts(name: string): readonly string[] {
  const starts = [...name.matchAll(SETTING_OFF)].slice(0, MAX_STARTS).map(({ index }) => name.slice(0, index).trim())
  return [...new Set(starts.filter((start) => start !== '').flatMap(likenesses))]
}

/**
 * @param name without what reorders text
 * @returns what names are compared by: two that share one of these look alike
 */
export function likenesses(name: string): readonly string[] {
  const bare = name.normalize('NFKC').normalize('NFKD').replace(INVISIBLE, '').replace(ACCENTS, '')
  return [...new Set([fold(bare), fold(swap(bare, LATIN_BY_SMALL_LETTER))])]
}

function fold(bare: string): string {
  const small = swap(bare.toUpperCase().toLowerCase(), LATIN_BY_LETTER)
  // Only then, so that the bar is compared as the stroke that it shows as.
  const folded = SHAPES.reduce((text, [shape, plain]) => text.replace(shape, plain), small)
  const joined = folded.replace(BETWEEN_LETTERS, '')
  return joined === '' ? folded : joined
}

function swap(text: string, table: ReadonlyMap<string, string>): string {
  let swapped = ''
  for (const letter of text) swapped += table.get(letter) ?? letter
  return swapped
}

/** @param rows pairs of letters with spaces between them */
function letters(...rows: readonly string[]): ReadonlyMap<string, string> {
  const pairs = rows.flatMap((row) => row.split(' '))
  return new Map(pairs.map((pair): [string, string] => [pair.slice(0, -1), pair.slice(-1)]))
}

/** White letters in black rings and squares. Those in white ones are letters for Unicode, too. */
function alphabetFrom(start: number): string {
  return [...'abcdefghijklmnopqrstuvwxyz']
    .map((letter, index) => String.fromCodePoint(start + index) + letter)
    .join(' ')
}
