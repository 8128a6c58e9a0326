import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { ExternalLink, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Connector, type ConnectorPart, connectorQuery } from '@/api/connectors'
import { createFlow } from '@/api/flows'
import { useMay } from '@/api/session'
import { catalogueTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { AppMark } from '@/ui/app-mark'
import { Button, buttonClass } from '@/ui/button'
import { Markdown } from '@/ui/markdown'
import { Card, Page } from '@/ui/page'
import { ErrorState, Loading } from '@/ui/states'
import { UnverifiedBadge, UnverifiedNote } from '@/ui/unverified'

const route = getRouteApi('/catalogue/$id')

export function AppScreen() {
  const { id } = route.useParams()
  const t = useTexts(catalogueTexts)
  const app = useQuery(connectorQuery(id, useLang()))
  if (app.isPending || app.isError)
    return (
      <Page title={t.title}>
        {app.isPending ? (
          <Loading rows={5} />
        ) : (
          <ErrorState error={app.error} onRetry={() => void app.refetch()} />
        )}
      </Page>
    )
  return <App app={app.data} />
}

function App({ app }: { app: Connector }) {
  const t = useTexts(catalogueTexts)
  const mayEdit = useMay('editor')
  const navigate = useNavigate()
  const create = useSave({
    run: () => createFlow({ name: app.title }),
    stale: [['flows']],
    onDone: (flow) => void navigate({ to: '/flows/$id', params: { id: flow.id } }),
  })
  return (
    <Page
      title={app.title}
      back="/catalogue"
      heading={
        <span className="flex items-center gap-3">
          <AppMark title={app.title} color={app.color} mark={app.mark} size="lg" />
          {app.title}
          {app.unverified && <UnverifiedBadge />}
        </span>
      }
      sub={<p className="mt-2">{app.description}</p>}
      actions={
        mayEdit && (
          <>
            {app.methods.length > 0 && (
              <Link to="/connections" search={{ add: app.id }} className={buttonClass()}>
                {t.connect}
              </Link>
            )}
            <Button
              variant="primary"
              icon={<Plus className="size-4" />}
              busy={create.busy}
              onClick={() => create.save()}
            >
              {t.create}
            </Button>
          </>
        )
      }
    >
      {app.unverified && (
        <div className="mb-4">
          <UnverifiedNote />
        </div>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Parts title={t.triggers} parts={app.triggers.filter((each) => !each.hidden)} />
          <Parts title={t.actions} parts={app.actions.filter((each) => !each.hidden)} />
        </div>
        <Facts app={app} />
      </div>
    </Page>
  )
}

function Parts({ title, parts }: { title: string; parts: ConnectorPart[] }) {
  const t = useTexts(catalogueTexts)
  if (parts.length === 0) return null
  return (
    <Card>
      <h2 className="border-b border-line px-4 py-3 font-semibold">{title}</h2>
      <ul className="divide-y divide-line">
        {parts.map((part) => (
          <li key={part.key} className="px-4 py-3">
            <div className="flex flex-wrap items-center gap-2">
              <h3 className="font-semibold">{part.title}</h3>
              {part.unverified && <UnverifiedBadge />}
            </div>
            {part.description && <p className="text-ink-soft">{part.description}</p>}
            {part.fields.length > 0 && (
              <details className="mt-1.5 text-[0.8125rem]">
                <summary className="min-h-6 text-ink-soft">
                  {t.fields} <span className="num">{part.fields.length}</span>
                </summary>
                <ul className="mt-1 flex flex-wrap gap-1.5">
                  {part.fields.map((field) => (
                    <li key={field.key} className="rounded-md bg-pill px-2 py-0.5 text-pill-ink">
                      {field.label || field.key}
                      {field.required && <span className="sr-only">{t.required}</span>}
                      {field.required && <span aria-hidden="true">{' *'}</span>}
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}

const Fact = ({ title, children }: { title: string; children: ReactNode }) => (
  <div>
    <dt className="text-xs text-ink-soft">{title}</dt>
    <dd className="mt-0.5">{children}</dd>
  </div>
)

const Away = ({ href }: { href: string }) => (
  <a
    href={href}
    target="_blank"
    rel="noreferrer"
    className="inline-flex items-center gap-1 break-all text-accent hover:underline"
  >
    {href.replace(/^https?:\/\//, '')}
    <ExternalLink className="size-3.5 shrink-0" />
  </a>
)

function Facts({ app }: { app: Connector }) {
  const t = useTexts(catalogueTexts)
  return (
    <Card className="p-4">
      <dl className="flex flex-col gap-4">
        <Fact title={t.auth}>
          {app.methods.length === 0
            ? t.noAuth
            : app.methods.map((method) => method.title).join(', ')}
        </Fact>
        {app.guide && (
          <Fact title={t.guide}>
            <Markdown text={app.guide} />
          </Fact>
        )}
        {app.limits && app.limits.length > 0 && (
          <Fact title={t.limits}>{app.limits.join('; ')}</Fact>
        )}
        <Fact title={t.version}>{app.version}</Fact>
        {app.homepage && (
          <Fact title={t.homepage}>
            <Away href={app.homepage} />
          </Fact>
        )}
        {app.docs && (
          <Fact title={t.docs}>
            <Away href={app.docs} />
          </Fact>
        )}
      </dl>
    </Card>
  )
}
