/** A row of bars: the last day, one bar an hour. The text says what the eye sees. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  const most = Math.max(1, ...values)
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${values.length * 4} 24`}
      className="h-6 w-24 text-accent"
      preserveAspectRatio="none"
    >
      <title>{label}</title>
      {values.map((value, index) => {
        const height = value === 0 ? 1.5 : Math.max(3, (value / most) * 24)
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place.
            key={index}
            x={index * 4 + 0.5}
            y={24 - height}
            width={3}
            height={height}
            rx={1}
            fill="currentColor"
            opacity={value === 0 ? 0.25 : 0.85}
          />
        )
      })}
    </svg>
  )
}
