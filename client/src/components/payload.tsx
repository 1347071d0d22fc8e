/** What a message carries: text as it was typed, anything else as what it is. */
import { useState } from 'react'
import type { Data } from '../mesh'
import { FOLD_LINES_AT, FOLD_TEXT_AT, FOLDED_TEXT, MAX_LINKS, SHOWN_JSON } from '../react/limits'
import { cutText, isLong, splitLinks } from '../react/text-parts'
import { countWords } from '../react/words'

export function Payload({ data }: { readonly data: Data }) {
  if (typeof data === 'string') return <Text text={data} />
  if (data instanceof Uint8Array) return <p className="payload-bytes">{bytesWords(data)}</p>
  return <Value data={data} />
}

function Text({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false)
  if (text === '') return <p className="payload-bytes">An empty message</p>
  const folds = isLong(text, FOLD_TEXT_AT, FOLD_LINES_AT)
  const shown = folds && !isWhole ? cutText(text, FOLDED_TEXT) : text
  return (
    <>
      <div className={folds && !isWhole ? 'payload-text payload-folded' : 'payload-text'} dir="auto">
        {splitLinks(shown, MAX_LINKS).map((part, index) =>
          part.isLink ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move
            <a key={index} href={part.text} target="_blank" rel="noopener noreferrer">
              {part.text}
            </a>
          ) : (
            part.text
          ),
        )}
      </div>
      {folds && (
        <button className="link-button" type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${text.length.toLocaleString()} characters`}
        </button>
      )}
    </>
  )
}

function Value({ data }: { readonly data: Data }) {
  const json = JSON.stringify(data, describeBytes, 2)
  const shown = cutText(json, SHOWN_JSON)
  const left = json.length - shown.length
  return (
    <>
      <pre className="payload-value">{shown}</pre>
      {left > 0 && <p className="payload-bytes">and {left.toLocaleString()} more characters</p>}
    </>
  )
}

function bytesWords(bytes: Uint8Array): string {
  return `${countWords(bytes.byteLength, 'byte', 'bytes')} of binary data`
}

function describeBytes(_key: string, part: unknown): unknown {
  return part instanceof Uint8Array ? `(${bytesWords(part)})` : part
}
