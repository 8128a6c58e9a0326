import type { ComponentProps, ReactNode } from 'react'
import { cx } from '@/lib/cx'
import { Spinner } from './spinner'

export type Variant = 'primary' | 'plain' | 'quiet' | 'danger'
export type Size = 'sm' | 'md'

const variants: Record<Variant, string> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover border-transparent',
  plain: 'bg-surface text-ink border-line-strong/60 hover:bg-hover',
  quiet: 'border-transparent text-ink-soft hover:bg-hover hover:text-ink',
  danger: 'bg-surface text-bad border-bad/60 hover:bg-bad-soft',
}

const sizes: Record<Size, string> = {
  sm: 'h-8 px-2.5 gap-1.5 text-[0.8125rem]',
  md: 'h-9 px-3.5 gap-2',
}

/** The look of a button, for links that do what buttons do. */
export const buttonClass = (variant: Variant = 'plain', size: Size = 'md', extra?: string) =>
  cx(
    'inline-flex items-center justify-center whitespace-nowrap rounded-lg border font-medium select-none transition-colors disabled:opacity-55 disabled:pointer-events-none',
    variants[variant],
    sizes[size],
    extra,
  )

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: Variant
  size?: Size
  icon?: ReactNode
  /** Shows that the work is under way and takes no second press. */
  busy?: boolean
}

export function Button({
  variant = 'plain',
  size = 'md',
  icon,
  busy = false,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={buttonClass(variant, size, className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** Read aloud, and shown when the pointer rests. */
  label: string
  children: ReactNode
}

export function IconButton({
  label,
  variant = 'quiet',
  size = 'md',
  className,
  children,
  busy,
  ...rest
}: IconButtonProps) {
  const square = size === 'sm' ? 'size-8 px-0' : 'size-9 px-0'
  return (
    <Button
      variant={variant}
      size={size}
      aria-label={label}
      title={label}
      className={cx(square, 'shrink-0', className)}
      busy={busy}
      {...rest}
    >
      {busy ? null : children}
    </Button>
  )
}
