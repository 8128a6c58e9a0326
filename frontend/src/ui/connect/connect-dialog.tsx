import { useQueryClient } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { api } from '@/api/client'
import type { Connection, Connector } from '@/api/connectors'
import { oauth } from '@/api/oauth'
import { ApiProblem } from '@/api/problem'
import { commonTexts, connectionsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '../button'
import { Dialog } from '../dialog'
import { Field, TextField } from '../field'
import { Markdown } from '../markdown'
import { Select } from '../select'
import { useErrorText } from '../states'
import { toast } from '../toast'
import { UnverifiedNote } from '../unverified'
import { ConnectField } from './connect-field'
import { OauthAppForm, useAppReady } from './oauth-app'
import { toSend, type Values } from './values'

export interface ConnectDialogProps {
  connector: Pick<Connector, 'id' | 'title' | 'guide' | 'methods'> & { unverified?: boolean }
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
  const ready = useAppReady(connector.id, signsIn)
  const [away, setAway] = useState<string | null>(null)
  // Closing the dialog ends the waiting for another window.
  const waiting = useRef<AbortController | null>(null)
  useEffect(() => () => waiting.current?.abort(), [])
  const named = method?.fields.some((field) => errorOf(field.key)) ?? false

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!method) return
    setBusy(true)
    setError(null)
    setAway(null)
    const stop = new AbortController()
    waiting.current = stop
    const body = {
      method: method.id,
      name: name.trim() || undefined,
      fields: toSend(method, values),
    }
    try {
      const made = signsIn
        ? await oauth(
            connection
              ? { connection: connection.id, ...body }
              : { connector: connector.id, ...body },
            stop.signal,
            setAway,
          )
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
      if (stop.signal.aborted) return
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
          <Button
            variant="primary"
            type="submit"
            form={form}
            busy={busy}
            disabled={!method || !ready}
          >
            {signsIn ? t.signInAt(connector.title) : t.checkAndSave}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {connector.unverified && <UnverifiedNote />}
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
        <TextField
          label={t.name}
          help={t.nameHelp}
          optional
          error={errorOf('name')}
          value={name}
          onChange={setName}
        />
        {signsIn && <OauthAppForm connector={connector.id} title={connector.title} />}
        {busy && signsIn && (
          <p role="status" className="rounded-lg bg-info-soft px-3 py-2 text-info">
            {t.signInWait}
            {away && (
              <>
                {' '}
                <a href={away} target="_blank" rel="noopener opener" className="underline">
                  {t.signInOpen}
                  <ExternalLink className="ml-1 inline size-3.5" />
                </a>
              </>
            )}
          </p>
        )}
        {error !== null && !named && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad">
            {problem?.status === 408 ? t.signInLost : say(error)}
          </p>
        )}
      </form>
    </Dialog>
  )
}
