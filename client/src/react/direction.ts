/**
 * Which way what somebody writes runs. Browsers find it out by themselves for `dir="auto"`, but Chromium then takes
 * ten seconds to lay out a text box into which two megabytes were pasted.
 */

const LETTER = /\p{L}/u
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u

/** @returns the direction of the first letter; that of the page while there is none */
export function directionOf(text: string): 'ltr' | 'rtl' | undefined {
  const [letter] = LETTER.exec(text) ?? []
  if (letter === undefined) return undefined
  return RIGHT_TO_LEFT.test(letter) ? 'rtl' : 'ltr'
}
