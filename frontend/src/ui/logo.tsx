import { cx } from '@/lib/cx'

/** Two links of a chain. */
export const Logo = ({ className }: { className?: string }) => (
  <svg className={cx('size-8 shrink-0', className)} viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="var(--accent)" />
    <g fill="none" stroke="var(--accent-ink)" strokeWidth="2.6" strokeLinecap="round">
      <path d="M13.6 18.4l4.800-4.800" />
      <path d="M14.600 11.400l2.300-2.300a4.250 4.250 0 0 1 6 6l-2.300 2.300" />
      <path d="M17.400 20.600l-2.300 2.300a4.250 4.250 0 0 1-6-6l2.300-2.300" />
    </g>
  </svg>
)
