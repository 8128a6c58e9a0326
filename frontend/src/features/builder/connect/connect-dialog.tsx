import { type FormEvent, useId, useState } from 'react'
import { api } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import { builderTexts, commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Checkbox, Field, Input, Password } from '@/ui/field'
import { Markdown } from '@/ui/markdown'
import { Select } from '@/ui/select'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import type { ConnectionInfo, ConnectionMethod, ConnectorInfo, FieldSpec } from '../data/types'
import { oauth } from './oauth'

interface Props {
  connector: ConnectorInfo
  onDone: (id: string) => Promise<void> | void
  onClose: () => void
}

type Values = Record<string, string | boolean>

/** Connects an account without leaving the step: it is tested before it is saved. */
export function ConnectDialog({ connector, onDone, onClose }: Props) {
  const t = useTexts(builderTexts).connect
  const common = useTexts(commonTexts)
  const errorText = useErrorText()
  const id = useId()
  const methods = connector.methods ?? []
  const [method, setMethod] = useState<ConnectionMethod | undefined>(methods[0])
  const [values, setValues] = useState<Values>({})
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const isOauth = method?.kind.startsWith('oauth') ?? false
  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (!method) return
    setBusy(true)
    setError(null)
    try {
      const body = { connector: connector.id, method: method.id, fields: valuesOf(method, values) }
      const made = isOauth
        ? await oauth(body)
        : await api.post<ConnectionInfo>('/connections', { body })
      toast(t.checked(made.account || made.name))
      await onDone(made.id)
    } catch (failed) {
      setError(failed)
    } finally {
      setBusy(false)
    }
  }
  const problem = error instanceof ApiProblem ? error : null
  const fieldError = (key: string) => problem?.field(key) ?? problem?.field(`fields.${key}`)
  const general = error !== null && !(method?.fields ?? []).some((f) => fieldError(f.key))
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.title(connector.title)}
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button variant="primary" type="submit" form={id} busy={busy}>
            {isOauth ? t.oauth(connector.title) : t.save}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={(event) => void save(event)} className="flex flex-col gap-4 pb-2">
        {connector.guide && (
          <details open className="rounded-lg bg-sunken px-3 py-2 text-[0.8125rem]">
            <summary className="font-medium">{t.where}</summary>
            <Markdown text={connector.guide} className="mt-2 text-ink-soft" />
          </details>
        )}
        {methods.length > 1 && (
          <Select
            aria-label={t.account}
            className="w-full"
            value={method?.id ?? ''}
            onChange={(next) => setMethod(methods.find((m) => m.id === next))}
            options={methods.map((m) => ({ value: m.id, label: m.title }))}
          />
        )}
        {method?.fields.map((field, place) => (
          <ConnectField
            key={`${method.id}.${field.key}`}
            field={field}
            first={place === 0}
            value={values[field.key]}
            error={fieldError(field.key)}
            onChange={(value) => setValues({ ...values, [field.key]: value })}
          />
        ))}
        {busy && isOauth && <p role="status">{t.oauthWait}</p>}
        {general && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad">
            {errorText(error)}
          </p>
        )}
      </form>
    </Dialog>
  )
}

function valuesOf(method: ConnectionMethod, values: Values): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const field of method.fields) {
    const value = values[field.key] ?? field.default
    if (value === undefined || value === '' || value === null) continue
    out[field.key] = field.type === 'integer' || field.type === 'number' ? Number(value) : value
  }
  return out
}

function ConnectField(props: {
  field: FieldSpec
  first: boolean
  value: string | boolean | undefined
  error: string | undefined
  onChange: (value: string | boolean) => void
}) {
  const { field, value, onChange } = props
  const t = useTexts(builderTexts).connect
  const given = value ?? field.default ?? ''
  const label = field.label || field.key
  if (field.type === 'boolean')
    return (
      <Checkbox checked={given === true} onChange={onChange}>
        {label}
      </Checkbox>
    )
  const help = field.help ? <Markdown text={field.help} /> : field.secret ? t.secretSafe : undefined
  return (
    <Field label={label} help={help} error={props.error} optional={!field.required}>
      {(wiring) => {
        const shared = {
          ...wiring,
          autoFocus: props.first,
          required: field.required && field.default === undefined,
          value: String(given),
        }
        if (field.options?.length)
          return (
            <Select
              {...shared}
              className="w-full"
              onChange={onChange}
              options={field.options.map((o) => ({ value: String(o.value), label: o.label }))}
            />
          )
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
