import { accessTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Field, Password } from '@/ui/field'

/** The server refuses shorter ones. */
export const shortestPassword = 10

export function NewPassword(props: {
  value: string
  onChange: (value: string) => void
  error?: string
}) {
  const t = useTexts(accessTexts)
  const short = props.value !== '' && props.value.length < shortestPassword
  return (
    <Field
      label={t.password}
      help={short ? undefined : t.newPasswordHelp}
      error={props.error ?? (short ? t.tooShort : undefined)}
    >
      {(wiring) => (
        <Password
          {...wiring}
          name="password"
          autoComplete="new-password"
          required
          minLength={shortestPassword}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  )
}
