import type { ConnectorField } from '@/api/connectors'
import { connectionsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Checkbox, Field, Input, Password } from '../field'
import { Markdown } from '../markdown'
import { Select } from '../select'

/** One question of a service about an account. */
export function ConnectField(props: {
  field: ConnectorField
  first: boolean
  /** A saved value stays where nothing is typed. */
  keeps: boolean
  value: string | boolean | undefined
  error: string | undefined
  onChange: (value: string | boolean) => void
}) {
  const { field, keeps, onChange } = props
  const t = useTexts(connectionsTexts)
  const value = props.value ?? field.default ?? ''
  const label = field.label || field.key
  if (field.type === 'boolean')
    return (
      <Checkbox checked={value === true} onChange={onChange}>
        {label}
      </Checkbox>
    )
  const note = field.secret ? (keeps ? t.keepSecret : t.secretSafe) : undefined
  return (
    <Field
      label={label}
      error={props.error}
      optional={!field.required}
      help={
        field.help || note ? (
          <Markdown text={[field.help, note].filter(Boolean).join('\n\n')} />
        ) : undefined
      }
    >
      {(wiring) => {
        const shared = {
          ...wiring,
          autoFocus: props.first,
          required: Boolean(field.required) && field.default === undefined && !keeps,
          value: String(value),
        }
        const options = (field.options ?? []).map((each) => ({
          value: String(each.value),
          label: each.label,
        }))
        if (options.length > 0)
          return <Select {...shared} className="w-full" onChange={onChange} options={options} />
        const Control = field.secret ? Password : Input
        return (
          <Control
            {...shared}
            autoComplete="off"
            placeholder={field.placeholder ?? undefined}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }}
    </Field>
  )
}
