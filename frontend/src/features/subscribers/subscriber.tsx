import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMay } from '@/api/session'
import { type Subscriber, subscriberQuery } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { number } from '@/lib/format'
import { CopyButton } from '@/ui/copy'
import { Figure } from '@/ui/figure'
import { Card, Page } from '@/ui/page'
import { ErrorState, Loading } from '@/ui/states'
import { Deliveries } from './deliveries'
import { Facts } from './facts'
import { Head } from './head'
import { StateBadge } from './state-badge'
import { Trouble } from './trouble'

const route = getRouteApi('/subscribers/$id')

export function SubscriberScreen() {
  const t = useTexts(subscribersTexts)
  const { id } = route.useParams()
  const one = useQuery(subscriberQuery(id))
  return (
    <>
      {one.isPending && (
        <Page title={t.title} back="/subscribers">
          <Loading rows={4} />
        </Page>
      )}
      {one.isError && (
        <Page title={t.title} back="/subscribers">
          <ErrorState error={one.error} onRetry={() => void one.refetch()} />
        </Page>
      )}
      {one.data && <Shown subscriber={one.data} />}
    </>
  )
}

function Shown({ subscriber: it }: { subscriber: Subscriber }) {
  const t = useTexts(subscribersTexts)
  const lang = useLang()
  const mayEdit = useMay('editor')
  return (
    <Page
      title={it.name}
      back="/subscribers"
      sub={
        <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <StateBadge subscriber={it} />
          <span className="flex min-w-0 items-center gap-1">
            <code className="min-w-0 font-mono text-xs break-all">{it.url}</code>
            <CopyButton text={it.url} size="sm" />
          </span>
        </span>
      }
      actions={mayEdit && <Head subscriber={it} />}
    >
      <div className="flex flex-col gap-4">
        <Trouble subscriber={it} mayEdit={mayEdit} />
        <Card className="p-4 md:p-5">
          <h2 className="mb-3 text-base font-semibold">{t.day}</h2>
          <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
            <Figure label={t.succeeded} value={number(lang, it.day.succeeded)} />
            <Figure label={t.failed} bad={it.day.failed > 0} value={number(lang, it.day.failed)} />
            <Figure label={t.waiting} value={number(lang, it.day.waiting)} />
            <Figure label={t.held} value={number(lang, it.day.held)} />
          </dl>
        </Card>
        <Facts subscriber={it} />
        <Deliveries subscriber={it} mayEdit={mayEdit} />
      </div>
    </Page>
  )
}
