import { cx } from '@/lib/cx'

/** How much of something is done. */
export function Progress(props: { label: string; value: number; max: number; className?: string }) {
  const share = props.max > 0 ? Math.min(1, props.value / props.max) : 0
  return (
    <div
      role="progressbar"
      tabIndex={-1}
      aria-label={props.label}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      className={cx('h-2 overflow-hidden rounded-full bg-sunken', props.className)}
    >
      <div className="h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
    </div>
  )
}
