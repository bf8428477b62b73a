const W = 96
const H = 20
const PAD = 4

/** A line of 96 × 20 from -1 (bottom) to 1 (top) with the lowest point filled and the last one open. The words beside it say the same. */
export function Mood({ points }: { points: readonly number[] }) {
  const x = (i: number) => PAD + (points.length < 2 ? 0 : (i * (W - 2 * PAD)) / (points.length - 1))
  const y = (v: number) => PAD + ((1 - Math.max(-1, Math.min(1, v))) / 2) * (H - 2 * PAD)
  const low = points.indexOf(Math.min(...points))
  const last = points.length - 1
  const path = points.map((v, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join('')
  return (
    <svg class="mood" viewBox={`0 0 ${W} ${H}`} width={W} height={H} aria-hidden="true">
      <path class="mood-zero" d={`M0 ${H / 2}H${W}`} />
      <path class="mood-line" d={path} />
      {low !== last && <circle class="mood-low" cx={x(low)} cy={y(points[low]!)} r="2.5" />}
      <circle class="mood-last" cx={x(last)} cy={y(points[last]!)} r="3" />
    </svg>
  )
}
