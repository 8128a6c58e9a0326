/** A stretch of time on the way of a run. */
export interface Span {
  from: number
  to: number
}

/**
 * Places moments on a line from 0 to 1 so that milliseconds and hours can be seen side by side:
 * between two neighbouring moments the line grows with the logarithm of the time between them.
 */
export function scaleOf(spans: readonly Span[]): (at: number) => number {
  const moments = [...new Set(spans.flatMap((span) => [span.from, span.to]))].sort((a, b) => a - b)
  const places = new Map<number, number>()
  let place = 0
  for (const [index, at] of moments.entries()) {
    const before = moments[index - 1]
    if (before !== undefined) place += Math.log2(2 + (at - before))
    places.set(at, place)
  }
  const whole = place || 1
  return (at) => (places.get(at) ?? 0) / whole
}
