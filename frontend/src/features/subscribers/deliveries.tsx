import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Repeat, RotateCcw } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import {
  eventTypesQuery,
  type Subscriber,
  type SubscriberDelivery,
  subscriberDeliveriesQuery,
} from '@/api/subscribers'
import type { RunState } from '@/api/types'
import { commonTexts, subscribersTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { fullMoment, moment, second } from '@/lib/format'
import { useSave } from '@/lib/use-save'
import { RunBadge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card } from '@/ui/page'
import { PagedRows } from '@/ui/paged-rows'
import { rowLink } from '@/ui/row-link'
import { Select } from '@/ui/select'

const RecoverDialog = lazy(() => import('./recover-dialog'))
const route = getRouteApi('/subscribers/$id')
const states: RunState[] = ['failed', 'waiting', 'queued', 'succeeded', 'parked', 'cancelled']

/** What was sent to a subscriber, newest first. */
export function Deliveries({ subscriber, mayEdit }: { subscriber: Subscriber; mayEdit: boolean }) {
  const t = useTexts(subscribersTexts)
  const common = useTexts(commonTexts)
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const types = useQuery(eventTypesQuery)
  const list = useInfiniteQuery(subscriberDeliveriesQuery(subscriber.id, filter))
  const [recovering, setRecovering] = useState(false)
  const change = (next: typeof filter) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  return (
    <section>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <h2 className="grow basis-full text-base font-semibold sm:basis-0">{t.deliveries}</h2>
        <Select
          aria-label={t.stateFilter}
          value={filter.state ?? ''}
          onChange={(state) => change({ state: state || undefined })}
          options={[
            { value: '', label: t.allStates },
            ...states.map((state) => ({ value: state as string, label: common.runState[state] })),
          ]}
        />
        <Select
          aria-label={t.typeFilter}
          className="max-w-full"
          value={filter.type ?? ''}
          onChange={(type) => change({ type: type || undefined })}
          options={[
            { value: '', label: t.anyType },
            ...(types.data ?? []).map((type) => ({ value: type.name, label: type.name })),
          ]}
        />
        {mayEdit && (
          <Button icon={<RotateCcw className="size-4" />} onClick={() => setRecovering(true)}>
            {t.recover}
          </Button>
        )}
      </div>
      <PagedRows
        list={list}
        label={t.deliveries}
        rowKey={(row) => row.run}
        estimate={57}
        waiting={4}
        onClear={
          filter.state || filter.type
            ? () => change({ state: undefined, type: undefined })
            : undefined
        }
        empty={<Card className="px-4 py-8 text-center text-ink-soft">{t.noDeliveries}</Card>}
        render={(row) => <Line it={row} subscriber={subscriber.id} mayEdit={mayEdit} />}
      />
      {recovering && (
        <Suspense fallback={null}>
          <RecoverDialog subscriber={subscriber} onClose={() => setRecovering(false)} />
        </Suspense>
      )}
    </section>
  )
}

/** What has ended can be sent again. */
const ended: RunState[] = ['succeeded', 'failed', 'cancelled', 'parked']

function Line(props: { it: SubscriberDelivery; subscriber: string; mayEdit: boolean }) {
  const { it } = props
  const t = useTexts(subscribersTexts)
  const lang = useLang()
  const again = useSave({
    run: () => api.post(`/subscribers/${props.subscriber}/redeliver`, { body: { run: it.run } }),
    stale: [['subscribers', 'one', props.subscriber]],
    said: t.redelivered,
  })
  const why = [it.status, it.message].filter(Boolean).join(' ')
  return (
    <div className="relative grid items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 hover:bg-hover md:grid-cols-[9.500rem_minmax(0,2fr)_minmax(0,3fr)_6.500rem_7.500rem]">
      <span className="flex items-center justify-between gap-2">
        <RunBadge state={it.state} />
        <time
          dateTime={it.created_at}
          title={fullMoment(lang, it.created_at)}
          className="num text-xs text-ink-faint md:hidden"
        >
          {second(lang, it.created_at)}
        </time>
      </span>
      <Link
        to="/runs/$id"
        params={{ id: it.run }}
        aria-label={`${it.type}, ${second(lang, it.created_at)}`}
        className={cx('truncate font-mono text-xs', rowLink)}
      >
        {it.type}
      </Link>
      <span className="min-w-0 text-[0.8125rem]">
        {why && <span className="block truncate font-mono text-xs text-ink-soft">{why}</span>}
        <span className="flex flex-wrap gap-x-3 text-xs text-ink-faint">
          {it.replay_of && (
            <span className="inline-flex items-center gap-1">
              <Repeat className="size-3" />
              {t.repeated}
            </span>
          )}
          {it.tries > 1 && <span>{t.tries(it.tries)}</span>}
          {it.next_at && <span>{t.next(moment(lang, it.next_at))}</span>}
        </span>
      </span>
      <time
        dateTime={it.created_at}
        title={fullMoment(lang, it.created_at)}
        className="num hidden text-right text-[0.8125rem] md:block"
      >
        {second(lang, it.created_at)}
      </time>
      <span className="flex md:justify-end">
        {props.mayEdit && ended.includes(it.state) && (
          <Button
            size="sm"
            className="relative z-10"
            busy={again.busy}
            onClick={() => again.save()}
          >
            {t.redeliver}
          </Button>
        )}
      </span>
    </div>
  )
}
