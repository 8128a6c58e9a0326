import { cx } from '@/lib/cx'

export interface SwitchProps {
  checked: boolean
  onChange: (checked: boolean) => void
  /** Read aloud; says what is switched. */
  label: string
  disabled?: boolean
}

export function Switch({ checked, onChange, label, disabled }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={checked}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={() => onChange(!checked)}
      className={cx(
        'relative h-6 w-10 shrink-0 rounded-full border transition-colors disabled:opacity-50',
        checked ? 'border-ok bg-ok' : 'border-line-strong bg-sunken',
      )}
    >
      <span
        className={cx(
          'absolute top-[3px] left-[3px] size-4 rounded-full transition-transform',
          checked ? 'translate-x-4 bg-surface' : 'bg-line-strong',
        )}
      />
    </button>
  )
}
