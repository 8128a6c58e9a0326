import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Inbox, MousePointerClick } from 'lucide-react'
import { lazy, Suspense, useCallback, useMemo } from 'react'
import { type DeliveryFilter, type DeliveryRow, deliveriesQuery } from '@/api/events'
import { eventsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { useLiveList } from '@/lib/use-live-list'
import { FreshPill } from '@/ui/live-pill'
import { PagedRows } from '@/ui/paged-rows'
import { Empty, Loading } from '@/ui/states'
import { Filters } from './filters'
import { DeliveryLine } from './row'

const Detail = lazy(() => import('./detail'))

const route = getRouteApi('/events')

const belongs = (filter: DeliveryFilter) => (row: DeliveryRow) =>
  !filter.q &&
  (!filter.flow || row.flow === filter.flow) &&
  (!filter.temporary || row.temporary === filter.temporary) &&
  (!filter.verdict || row.verdict === filter.verdict)

/** News do not tell what came, which the list may know. */
const complete = (before: DeliveryRow, now: DeliveryRow): DeliveryRow => ({
  ...now,
  summary: now.summary ?? before.summary,
})

/** The list of requests and, beside it, the one that is looked at. On a phone one or the other. */
export function Deliveries({ following }: { following: boolean }) {
  const t = useTexts(eventsTexts)
  const { flow, temporary, verdict, q, id } = route.useSearch()
  const navigate = route.useNavigate()
  const filter = useMemo(() => ({ flow, temporary, verdict, q }), [flow, temporary, verdict, q])
  const query = useMemo(() => deliveriesQuery(filter), [filter])
  const list = useInfiniteQuery(query)
  const wanted = useMemo(() => belongs(filter), [filter])
  const live = useLiveList<DeliveryRow>({
    key: query.queryKey,
    topic: 'deliveries',
    kind: 'delivery',
    on: following,
    wanted,
    complete,
  })
  const none = list.data?.pages.every((page) => page.items.length === 0)
  const change = useCallback(
    (next: DeliveryFilter) =>
      void navigate({ search: (before) => ({ ...before, ...next, id: undefined }), replace: true }),
    [navigate],
  )
  const filtered = Boolean(flow || temporary || verdict || q)
  if (none && !filtered && !id)
    return <Empty icon={Inbox} title={t.emptyTitle} text={t.emptyText} />
  return (
    <div className="grid items-start gap-4 md:grid-cols-[minmax(20rem,26rem)_minmax(0,1fr)]">
      <div className={cx('min-w-0', id && 'hidden md:block')}>
        <Filters filter={filter} onChange={change} />
        <FreshPill count={live.fresh} onShow={live.showFresh} />
        <PagedRows
          list={list}
          label={t.list}
          rowKey={(row) => row.id}
          estimate={73}
          waiting={8}
          onClear={() =>
            change({ flow: undefined, temporary: undefined, verdict: undefined, q: undefined })
          }
          render={(row) => <DeliveryLine row={row} here={row.id === id} />}
        />
      </div>
      <div
        className={cx(
          'min-w-0 md:sticky md:top-4 md:max-h-[calc(100dvh-2rem)] md:overflow-y-auto',
          !id && 'hidden md:block',
        )}
      >
        {id ? (
          <Suspense fallback={<Loading />}>
            <Detail key={id} id={id} />
          </Suspense>
        ) : (
          <Empty icon={MousePointerClick} title={t.chooseTitle} text={t.chooseText} />
        )}
      </div>
    </div>
  )
}
