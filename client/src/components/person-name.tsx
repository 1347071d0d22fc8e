/** A name within the space there is; what tells people of one name apart, or that somebody was verified, is never cut. */
import ShieldAlert from 'lucide-react/icons/shield-alert'
import ShieldCheck from 'lucide-react/icons/shield-check'
import { type Label, labelText } from '../react/names'
import { standingWords } from '../react/words'

export function PersonName({ name, mark, standing }: Label) {
  const words = standingWords(standing)
  return (
    <span className="name">
      <bdi className="name-plain" title={labelText({ name, mark })}>
        {name}
      </bdi>
      {mark !== undefined && <span className="name-mark">&nbsp;· {mark}</span>}
      {words !== undefined && (
        <span className="name-standing" data-standing={standing} role="img" aria-label={words} title={words}>
          {standing === 'verified' ? <ShieldCheck aria-hidden="true" /> : <ShieldAlert aria-hidden="true" />}
        </span>
      )}
    </span>
  )
}
