/** What a message carries: text as it was typed, anything else as what it is. */
import { useMemo, useState } from 'react'
import type { Data } from '../mesh'
import { FOLD_LINES_AT, FOLD_TEXT_AT, FOLDED_TEXT, MAX_LINKS, SHOWN_JSON } from '../react/limits'
import { bytesWords, printData } from '../react/print-data'
import { cutText, isLong, splitLinks } from '../react/text-parts'

interface Props {
  readonly body: { readonly kind: 'text'; readonly text: string } | { readonly kind: 'data'; readonly data: Data }
}

export function Payload({ body }: Props) {
  if (body.kind === 'text') return <Text text={body.text} />
  const { data } = body
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
            <a key={index} href={part.text} target="_blank" rel="noopener noreferrer" dir="ltr">
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
  const { text, isWhole } = useMemo(() => printData(data, SHOWN_JSON), [data])
  return (
    <>
      <pre className="payload-value">{text}</pre>
      {!isWhole && <p className="payload-bytes">and more, which is not shown</p>}
    </>
  )
}
