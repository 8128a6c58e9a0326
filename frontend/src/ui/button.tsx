import type { ComponentProps, ReactNode } from 'react'
import { cx } from '@/lib/cx'
import { Spinner } from './spinner'

export type Variant = 'primary' | 'plain' | 'quiet' | 'danger'
/** `icon` and `icon-sm` are squares for a sign without words. */
export type Size = 'sm' | 'md' | 'icon' | 'icon-sm'

const variants: Record<Variant, string> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover border-transparent',
  plain: 'bg-surface text-ink border-line-strong/60 hover:bg-hover',
  quiet: 'border-transparent text-ink-soft hover:bg-hover hover:text-ink',
  danger: 'bg-surface text-bad border-bad/60 hover:bg-bad-soft',
}

const sizes: Record<Size, string> = {
  sm: 'h-8 px-2.5 gap-1.5 text-[0.8125rem]',
  md: 'h-9 px-3.5 gap-2',
  icon: 'size-9 shrink-0',
  'icon-sm': 'size-8 shrink-0',
}

/** The look of a button, for links that do what buttons do. */
export const buttonClass = (variant: Variant = 'plain', size: Size = 'md', extra?: string) =>
  cx(
    'inline-flex items-center justify-center whitespace-nowrap rounded-lg border font-medium select-none transition-colors [&>svg]:shrink-0 disabled:opacity-55 disabled:pointer-events-none',
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

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon' | 'size'> {
  /** Read aloud, and shown when the pointer rests. */
  label: string
  size?: 'sm' | 'md'
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
  return (
    <Button
      variant={variant}
      size={size === 'sm' ? 'icon-sm' : 'icon'}
      aria-label={label}
      title={label}
      className={className}
      busy={busy}
      {...rest}
    >
      {busy ? null : children}
    </Button>
  )
}
