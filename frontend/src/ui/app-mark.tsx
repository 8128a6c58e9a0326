import { cx } from '@/lib/cx'

/** Dark or light letters, whichever reads better on the colour (WCAG luminance). */
export function inkOn(color: string): string {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color)
  if (!hex) return '#fff'
  const [r, g, b] = hex.slice(1).map((part) => {
    const level = Number.parseInt(part, 16) / 255
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#141a2a' : '#fff'
}

const sizes = {
  sm: 'size-6 rounded-md',
  md: 'size-8 rounded-lg',
  lg: 'size-11 rounded-xl',
}

/** Letters as large as their number lets them be, in rem. */
const letters = { sm: [0.75, 0.6875, 0.5], md: [0.9375, 0.8125, 0.625], lg: [1.25, 1.0625, 0.875] }

/** A connector's sign: its letters on its colour. */
export function AppMark(props: {
  title: string
  color: string
  mark: string
  size?: keyof typeof sizes
  className?: string
}) {
  const size = props.size ?? 'sm'
  const fontSize = letters[size][Math.min(props.mark.length, 3) - 1] ?? letters[size][2]
  return (
    <span
      role="img"
      aria-label={props.title}
      title={props.title}
      style={{ background: props.color, color: inkOn(props.color), fontSize: `${fontSize}rem` }}
      className={cx(
        'inline-grid shrink-0 place-items-center font-semibold',
        sizes[size],
        props.className,
      )}
    >
      {props.mark}
    </span>
  )
}
