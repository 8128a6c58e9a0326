import { CircleAlert, Eye, EyeOff } from 'lucide-react'
import { type ComponentProps, type ReactNode, useId, useState } from 'react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'

export interface Wiring {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

export interface FieldProps {
  label: ReactNode
  help?: ReactNode
  error?: string | null
  optional?: boolean
  className?: string
  /** Gets what ties the control to its label, help and error. */
  children: (wiring: Wiring) => ReactNode
}

/** Label, control, help and error, tied together for readers. */
export function Field({ label, help, error, optional, className, children }: FieldProps) {
  const id = useId()
  const t = useTexts(commonTexts)
  const described = [help ? `${id}-h` : '', error ? `${id}-e` : ''].filter(Boolean).join(' ')
  return (
    <div className={cx('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className="font-medium">
        {label}
        {optional && <span className="ml-1.5 font-normal text-ink-faint">{t.optional}</span>}
      </label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {error && (
        <p id={`${id}-e`} className="flex items-start gap-1.5 text-bad">
          <CircleAlert className="mt-0.5 size-4 shrink-0" />
          {error}
        </p>
      )}
      {help && (
        <div id={`${id}-h`} className="text-[0.8125rem] text-ink-soft">
          {help}
        </div>
      )}
    </div>
  )
}

export const Input = ({ className, ...rest }: ComponentProps<'input'>) => (
  <input className={cx('control', className)} {...rest} />
)

export interface TextFieldProps
  extends Omit<FieldProps, 'children'>,
    Omit<ComponentProps<'input'>, 'onChange' | 'className'> {
  inputClass?: string
  onChange: (text: string) => void
}

/** A line of text with its label: the field that most forms are made of. */
export function TextField(props: TextFieldProps) {
  const { label, help, error, optional, className, inputClass, onChange, ...rest } = props
  return (
    <Field label={label} help={help} error={error} optional={optional} className={className}>
      {(wiring) => (
        <Input
          {...wiring}
          {...rest}
          className={inputClass}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

export const TextArea = ({ className, ...rest }: ComponentProps<'textarea'>) => (
  <textarea className={cx('control min-h-24', className)} {...rest} />
)

/** A password that can be looked at. */
export function Password({ className, ...rest }: ComponentProps<'input'>) {
  const t = useTexts(commonTexts)
  const [shown, setShown] = useState(false)
  return (
    <div className="relative">
      <input
        type={shown ? 'text' : 'password'}
        className={cx('control pr-10', className)}
        {...rest}
      />
      <button
        type="button"
        aria-label={shown ? t.hide : t.show}
        aria-pressed={shown}
        onClick={() => setShown(!shown)}
        className="absolute inset-y-0 right-0 grid w-10 place-items-center rounded-r-lg text-ink-faint hover:text-ink"
      >
        {shown ? <EyeOff className="size-4" /> : <Eye className="size-4" />}
      </button>
    </div>
  )
}

export interface CheckboxProps extends Omit<ComponentProps<'input'>, 'onChange'> {
  onChange: (checked: boolean) => void
  children?: ReactNode
}

export const Checkbox = ({ onChange, children, className, ...rest }: CheckboxProps) => (
  <label className={cx('flex min-h-6 items-start gap-2', className)}>
    <input
      type="checkbox"
      className="mt-0.5 size-4 shrink-0 accent-(--accent)"
      onChange={(event) => onChange(event.target.checked)}
      {...rest}
    />
    {children && <span className="min-w-0">{children}</span>}
  </label>
)
