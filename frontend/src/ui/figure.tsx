import type { ReactNode } from 'react'
import { cx } from '@/lib/cx'

/** A number and what it counts; inside a <dl>. */
export const Figure = (props: { label: string; value: ReactNode; bad?: boolean }) => (
  <div className="flex flex-col-reverse justify-end">
    <dt className="text-[0.8125rem] text-ink-soft">{props.label}</dt>
    <dd className={cx('num text-xl font-semibold', props.bad && 'text-bad')}>{props.value}</dd>
  </div>
)
