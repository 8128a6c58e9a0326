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
  sm: 'size-6 rounded-md text-[0.6875rem]',
  md: 'size-8 rounded-lg text-xs',
  lg: 'size-11 rounded-xl text-base',
}

/** A connector's sign: its letters on its colour. */
export function AppMark(props: {
  title: string
  color: string
  mark: string
  size?: keyof typeof sizes
  className?: string
}) {
  return (
    <span
      role="img"
      aria-label={props.title}
      title={props.title}
      style={{ background: props.color, color: inkOn(props.color) }}
      className={cx(
        'inline-grid shrink-0 place-items-center font-semibold ring-1 ring-black/5 ring-inset',
        sizes[props.size ?? 'sm'],
        props.className,
      )}
    >
      {props.mark}
    </span>
  )
}
