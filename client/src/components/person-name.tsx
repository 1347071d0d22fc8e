/** A name within the space there is; what tells people of one name apart is never cut. */
import { labelText } from '../react/names'

interface Props {
  readonly name: string
  readonly mark: string | undefined
}

export function PersonName({ name, mark }: Props) {
  return (
    <span className="name" title={labelText({ name, mark })}>
      <bdi className="name-plain">{name}</bdi>
      {mark !== undefined && <span className="name-mark">&nbsp;· {mark}</span>}
    </span>
  )
}
