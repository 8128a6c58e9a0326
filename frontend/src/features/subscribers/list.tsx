import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Megaphone, Plus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useMay } from '@/api/session'
import { type Subscriber, subscribersQuery } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { number } from '@/lib/format'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { MoreButton } from '@/ui/more-button'
import { PlainList } from '@/ui/plain-list'
import { rowLink } from '@/ui/row-link'
import { Empty } from '@/ui/states'
import { StateBadge } from './state-badge'

const EditDialog = lazy(() => import('./edit-dialog'))
const SecretDialog = lazy(() => import('@/ui/secret-dialog'))

/** Types of a row beyond these are counted. */
const typesShown = 2

export function SubscriberList() {
  const t = useTexts(subscribersTexts)
  const mayEdit = useMay('editor')
  const navigate = useNavigate()
  const list = useInfiniteQuery(subscribersQuery)
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<{ id: string; secret: string } | null>(null)
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const button = mayEdit && (
    <Button variant="primary" icon={<Plus className="size-4" />} onClick={() => setAdding(true)}>
      {t.add}
    </Button>
  )
  return (
    <>
      <PlainList
        query={list}
        rows={list.data && rows}
        label={t.title}
        waiting={3}
        over={button}
        empty={
          <Empty icon={Megaphone} title={t.emptyTitle} text={t.emptyText}>
            {button}
          </Empty>
        }
        render={(each) => <SubscriberLine key={each.id} it={each} />}
      />
      <MoreButton list={list} className="mt-3" />
      <Suspense fallback={null}>
        {adding && (
          <EditDialog
            onMade={(answer) => setMade({ id: answer.subscriber.id, secret: answer.secret })}
            onClose={() => setAdding(false)}
          />
        )}
        {made && (
          <SecretDialog
            title={t.madeTitle}
            text={t.madeText}
            secret={made.secret}
            onClose={() => void navigate({ to: '/subscribers/$id', params: { id: made.id } })}
          />
        )}
      </Suspense>
    </>
  )
}

function SubscriberLine({ it }: { it: Subscriber }) {
  const t = useTexts(subscribersTexts)
  const lang = useLang()
  const counts = (['succeeded', 'failed', 'waiting', 'held'] as const).filter(
    (name) => it.day[name] > 0,
  )
  return (
    <li className="relative grid gap-x-4 gap-y-1.5 px-4 py-3 hover:bg-hover md:grid-cols-[minmax(0,3fr)_minmax(0,2fr)_8.500rem_minmax(0,11rem)] md:items-center">
      <div className="min-w-0">
        <Link
          to="/subscribers/$id"
          params={{ id: it.id }}
          className={cx('block truncate font-semibold', rowLink)}
        >
          {it.name}
        </Link>
        <p className="truncate font-mono text-xs text-ink-soft">{it.url}</p>
      </div>
      <div className="flex min-w-0 flex-wrap gap-1">
        {it.types.length === 0 && (
          <span className="text-[0.8125rem] text-ink-soft">{t.everyType}</span>
        )}
        {it.types.slice(0, typesShown).map((type) => (
          <Badge key={type} className="max-w-full font-mono font-normal">
            <span className="truncate">{type}</span>
          </Badge>
        ))}
        {it.types.length > typesShown && (
          <span className="self-center text-xs text-ink-soft">
            {t.typesMore(it.types.length - typesShown)}
          </span>
        )}
      </div>
      <div>
        <StateBadge subscriber={it} />
      </div>
      <p className="num flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-soft md:justify-end">
        {counts.map((name) => (
          <span key={name} className={cx(name === 'failed' && 'text-bad')}>
            {`${t[name]}: ${number(lang, it.day[name])}`}
          </span>
        ))}
      </p>
    </li>
  )
}
