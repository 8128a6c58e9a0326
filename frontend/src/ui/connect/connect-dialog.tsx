import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { api } from '@/api/client'
import type { Connection, Connector } from '@/api/connectors'
import { oauth } from '@/api/oauth'
import { ApiProblem } from '@/api/problem'
import { commonTexts, connectionsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '../button'
import { Dialog } from '../dialog'
import { Field, Input } from '../field'
import { Markdown } from '../markdown'
import { Select } from '../select'
import { useErrorText } from '../states'
import { toast } from '../toast'
import { ConnectField } from './connect-field'
import { toSend, type Values } from './values'

export interface ConnectDialogProps {
  connector: Connector
  /** The connection that is changed; none: a new one. */
  connection?: Connection
  onDone?: (connection: Connection) => void
  onClose: () => void
}

/** Connects an account: the server tries it before it saves it. */
export function ConnectDialog({ connector, connection, onDone, onClose }: ConnectDialogProps) {
  const t = useTexts(connectionsTexts)
  const common = useTexts(commonTexts)
  const say = useErrorText()
  const form = useId()
  const client = useQueryClient()
  const [chosen, setChosen] = useState(connection?.method ?? connector.methods[0]?.id ?? '')
  const [name, setName] = useState(connection?.name ?? '')
  const [values, setValues] = useState<Values>(connection?.fields ?? {})
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const method = connector.methods.find((each) => each.id === chosen)
  const signsIn = method?.kind.startsWith('oauth') ?? false
  const problem = error instanceof ApiProblem ? error : null
  const errorOf = (key: string) => problem?.field(key) ?? problem?.field(`fields.${key}`)
  const named = method?.fields.some((field) => errorOf(field.key)) ?? false

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!method) return
    setBusy(true)
    setError(null)
    const body = {
      method: method.id,
      name: name.trim() || undefined,
      fields: toSend(method, values),
    }
    try {
      const made = signsIn
        ? await oauth({ connector: connector.id, ...body })
        : connection
          ? await api.patch<Connection>(`/connections/${connection.id}`, { body })
          : await api.post<Connection>('/connections', {
              body: { connector: connector.id, ...body },
            })
      void client.invalidateQueries({ queryKey: ['connections'] })
      toast(t.connected(made.account || made.name || connector.title))
      onDone?.(made)
      onClose()
    } catch (caught) {
      setError(caught)
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={connection ? t.editTitle(connection.name) : t.connect(connector.title)}
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button variant="primary" type="submit" form={form} busy={busy} disabled={!method}>
            {signsIn ? t.signInAt(connector.title) : t.checkAndSave}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {connector.guide && (
          <details open={!connection} className="rounded-xl bg-sunken px-3 py-2 text-[0.8125rem]">
            <summary className="font-medium">{t.where}</summary>
            <Markdown text={connector.guide} className="mt-2 text-ink-soft" />
          </details>
        )}
        {connector.methods.length > 1 && (
          <Field label={t.method}>
            {(wiring) => (
              <Select
                {...wiring}
                className="w-full"
                value={chosen}
                onChange={setChosen}
                options={connector.methods.map((each) => ({ value: each.id, label: each.title }))}
              />
            )}
          </Field>
        )}
        {method?.fields.map((field, place) => (
          <ConnectField
            key={`${method.id} ${field.key}`}
            field={field}
            first={place === 0}
            keeps={connection?.secrets?.includes(field.key) ?? false}
            value={values[field.key]}
            error={errorOf(field.key)}
            onChange={(value) => setValues({ ...values, [field.key]: value })}
          />
        ))}
        <Field label={t.name} help={t.nameHelp} optional error={errorOf('name')}>
          {(wiring) => (
            <Input {...wiring} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        {busy && signsIn && <p role="status">{t.signInWait}</p>}
        {error !== null && !named && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad">
            {problem?.status === 408 ? t.signInLost : say(error)}
          </p>
        )}
      </form>
    </Dialog>
  )
}
