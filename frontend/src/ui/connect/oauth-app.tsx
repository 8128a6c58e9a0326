import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api/client'
import { type OauthApp, oauthAppQuery } from '@/api/oauth'
import { useMay } from '@/api/session'
import { connectionsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '../button'
import { CopyButton } from '../copy'
import { Field, Input, Password } from '../field'
import { ErrorState, Loading } from '../states'

/** Whether everything that the service wants to know of this server is set; not known yet: null. */
export function useAppReady(connector: string, needed: boolean): boolean | null {
  const app = useQuery({ ...oauthAppQuery(connector), enabled: needed })
  if (!needed) return true
  if (!app.data) return app.isError ? true : null
  return app.data.fields.every((name) => app.data.set.includes(name))
}

/** The server's application at a service: its keys, and the address to enter there. */
export function OauthAppForm({ connector, title }: { connector: string; title: string }) {
  const app = useQuery(oauthAppQuery(connector))
  if (app.isPending) return <Loading rows={1} />
  if (app.isError) return <ErrorState error={app.error} onRetry={() => void app.refetch()} />
  if (app.data.fields.length === 0) return null
  return <Form app={app.data} connector={connector} title={title} />
}

function Form(props: { app: OauthApp; connector: string; title: string }) {
  const { app, connector } = props
  const t = useTexts(connectionsTexts)
  const mayOwn = useMay('owner')
  const ready = app.fields.every((name) => app.set.includes(name))
  const [values, setValues] = useState<Record<string, string>>({})
  const { save, busy, field } = useSave({
    run: () => api.put<OauthApp>(`/connectors/${connector}/app`, { body: { fields: values } }),
    stale: [oauthAppQuery(connector).queryKey],
    said: t.appSaved,
    onDone: () => setValues({}),
  })
  const filled = app.fields.every((name) => (values[name] ?? '').trim() !== '')
  const label = (name: string) =>
    name in t.appFields ? t.appFields[name as keyof typeof t.appFields] : name
  return (
    <details
      // Closed once it is set up.
      key={String(ready)}
      open={!ready}
      className="rounded-xl border border-line"
    >
      <summary className="px-3 py-2 font-medium">
        {ready ? t.appTitle(props.title) : t.appMissing(props.title)}
      </summary>
      <div className="flex flex-col gap-4 border-t border-line p-3">
        <p className="text-[0.8125rem] text-ink-soft">{t.appText(props.title)}</p>
        <div>
          <p className="mb-1 font-medium">{t.redirect}</p>
          <div className="flex items-center gap-2 rounded-lg border border-line-strong bg-bg py-0.5 pr-0.5 pl-3">
            <code className="min-w-0 grow font-mono text-xs break-all">{app.redirect_uri}</code>
            <CopyButton text={app.redirect_uri} size="sm" />
          </div>
        </div>
        {!mayOwn && <p className="text-ink-soft">{t.appOwner}</p>}
        {mayOwn &&
          app.fields.map((name) => {
            const Control = name.includes('secret') ? Password : Input
            return (
              <Field
                key={name}
                label={label(name)}
                help={app.set.includes(name) ? t.appSet : undefined}
                error={field(name) ?? field(`fields.${name}`)}
              >
                {(wiring) => (
                  <Control
                    {...wiring}
                    autoComplete="off"
                    value={values[name] ?? ''}
                    onChange={(event) => setValues({ ...values, [name]: event.target.value })}
                  />
                )}
              </Field>
            )
          })}
        {mayOwn && (
          <Button
            className="self-start"
            variant={ready ? 'plain' : 'primary'}
            busy={busy}
            disabled={!filled}
            onClick={() => save()}
          >
            {t.appSave}
          </Button>
        )}
      </div>
    </details>
  )
}
