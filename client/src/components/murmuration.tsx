/** A flock over the start page, drawn from a formula: two bands of birds that bend around each other. */

interface Layer {
  readonly name: 'near' | 'middle' | 'far'
  readonly birds: number
  /** half a wingspan, in units of the drawing */
  readonly size: number
}

const LAYERS: readonly Layer[] = [
  { name: 'far', birds: 260, size: 2.2 },
  { name: 'middle', birds: 130, size: 3.4 },
  { name: 'near', birds: 40, size: 5.2 },
]

/** Steps by the golden ratio and by the plastic number fill a plane evenly without a pattern. */
const GOLDEN = 0.618_034
const PLASTIC = 0.754_878

const PATHS = LAYERS.map((layer) => ({ name: layer.name, path: drawFlock(layer) }))

export function Murmuration() {
  return (
    <svg className="murmuration" viewBox="0 0 800 300" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      {PATHS.map(({ name, path }) => (
        <path key={name} className={`flock flock-${name}`} d={path} />
      ))}
    </svg>
  )
}

function drawFlock({ birds, size }: Layer): string {
  let path = ''
  for (let index = 1; index <= birds; index++) {
    const along = (index * GOLDEN) % 1
    const across = ((index * PLASTIC) % 1) * 2 - 1
    const turn = along * Math.PI * 2
    // Thick in the middle, thin at the ends, and denser towards the band's spine.
    const width = 14 + 92 * Math.sin(along * Math.PI) ** 2 * (0.55 + 0.45 * Math.cos(turn * 1.5))
    const spread = Math.sign(across) * Math.abs(across) ** 1.5 * width
    const x = 30 + along * 740 + Math.sin(turn) * 40
    const y = 150 + Math.sin(turn * 0.9 + 0.4) * 62 + spread
    const heading = Math.cos(turn * 0.9 + 0.4) * 0.55 + across * 0.35
    path += drawBird(x, y, size * (0.75 + 0.5 * ((index * 0.37) % 1)), heading)
  }
  return path
}

/** Two wings as one outline: tip, back of the neck, tip, breast. */
function drawBird(x: number, y: number, size: number, heading: number): string {
  const cos = Math.cos(heading) * size
  const sin = Math.sin(heading) * size
  const at = (dx: number, dy: number) =>
    `${(x + dx * cos - dy * sin).toFixed(1)} ${(y + dx * sin + dy * cos).toFixed(1)}`
  return `M${at(-1, -0.3)}Q${at(-0.4, -0.45)} ${at(0, 0)}Q${at(0.4, -0.45)} ${at(1, -0.3)}Q${at(0.3, 0)} ${at(0, 0.45)}Q${at(-0.3, 0)} ${at(-1, -0.3)}Z`
}
