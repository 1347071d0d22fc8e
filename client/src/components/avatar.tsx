/** A person's initials on a colour of their own. The name stands beside it, so it is decoration. */
import { avatarHue, initials } from '../react/names'

interface Props {
  readonly id: string
  readonly name: string
  readonly size?: 'small' | 'normal'
}

export function Avatar({ id, name, size = 'normal' }: Props) {
  return (
    <span className="avatar" data-hue={avatarHue(id)} data-size={size} aria-hidden="true">
      {initials(name)}
    </span>
  )
}
