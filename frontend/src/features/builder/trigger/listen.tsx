import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, Clock, Hourglass, type LucideIcon, Radio } from 'lucide-react'
import { useEffect, useState } from 'react'
import { api } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import { builderTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { Badge, type Colour } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Markdown } from '@/ui/markdown'
import { useErrorText } from '@/ui/states'
import { subscriptionQuery } from '../data/queries'
import type { ConnectorInfo, ListenAnswer, TriggerInfo } from '../data/types'
import { flushSaves } from '../store/session'
import { TRIGGER, useBuilder, useStore } from '../store/state'
import { type ListenView, listenView, toldOf, untilOf } from './listen-model'

/** A moment that comes by itself: draws anew when `at` is reached. */
function useReached(at: string | null | undefined): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!at) return
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, Date.parse(at) - Date.now()))
    return () => clearTimeout(timer)
  }, [at])
  return now
}

/** How the waiting stands; `published` once the flow is on and the address stays at the service. */
export function useListening(info: TriggerInfo) {
  const flow = useBuilder((s) => s.flow)
  const trigger = useBuilder((s) => s.history.present.trigger)
  const asked = useBuilder((s) => s.listening)
  const registers = Boolean(info.subscribes)
  const subscription = useQuery({ ...subscriptionQuery(flow), enabled: registers }).data
  const published = flow.version !== null
  // Of a flow that is on nothing ends: only how the registration does is left to tell.
  const wanted = published ? null : asked
  const until = published ? null : untilOf(wanted, subscription)
  const view = listenView(wanted, subscription, toldOf(trigger), useReached(until))
  return { registers, published, view, subscription, until }
}

/** Tells the service the address of the draft. */
function useListen() {
  const store = useStore()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const listen = async () => {
    setBusy(true)
    setFailure(null)
    try {
      await flushSaves(store)
      const of = toldOf(store.doc.trigger)
      const { flow } = store.state.get()
      const { state, until } = await api.post<ListenAnswer>(`/flows/${flow.id}/listen`)
      const told = state ? { state, reason: null, until } : null
      client.setQueryData(subscriptionQuery(flow).queryKey, told)
      store.set({ listening: { until: until ?? null, byHand: !state, of } })
    } catch (error) {
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  return { busy, failure, setFailure, listen }
}

const SIGNS: Record<ListenView, [Colour, LucideIcon] | null> = {
  idle: null,
  telling: ['info', Hourglass],
  listening: ['ok', Radio],
  failed: ['bad', CircleAlert],
  byHand: null,
  over: ['grey', Clock],
  changed: ['warn', CircleAlert],
}

/** For triggers that tell the service the address by themselves: how that stands, and for a draft
 *  a way to do it for an hour, so that a real event becomes the sample. */
export function Listen({ connector, info }: { connector: ConnectorInfo; info: TriggerInfo }) {
  const t = useTexts(builderTexts).trigger.listen
  const lang = useLang()
  const store = useStore()
  const connection = useBuilder((s) => s.history.present.trigger.connection)
  const { published, view, subscription, until } = useListening(info)
  const { busy, failure, setFailure, listen } = useListen()
  const [lacking, setLacking] = useState(false)
  const app = connector.title
  const sign = SIGNS[view]
  const guide = info.guide ?? connector.guide
  const press = () => {
    setLacking(!connection)
    if (connection) return void listen()
    setFailure(null)
    store.select(TRIGGER, { field: 'connection' })
  }
  const say: Record<ListenView, string> = {
    idle: published ? t.published(app) : t.text(app),
    telling: t.telling(app),
    listening: until ? t.until(app, moment(lang, until)) : t.published(app),
    failed: subscription?.reason ? t.refusedWhy(app, subscription.reason) : t.refused(app),
    byHand: t.byHand(app),
    over: t.over(app),
    changed: t.changed(app),
  }
  return (
    <section className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-medium">{t.title(app)}</h3>
        {sign && (
          <Badge colour={sign[0]} icon={sign[1]}>
            {t.states[view]}
          </Badge>
        )}
      </div>
      <p role="status" className={view === 'failed' ? 'text-bad' : 'text-ink-soft'}>
        {say[view]}
      </p>
      {!published && !store.readOnly && view !== 'byHand' && (
        <Button
          variant={view === 'listening' ? 'plain' : 'primary'}
          className="self-start"
          icon={<Radio className="size-4" />}
          busy={busy || view === 'telling'}
          onClick={press}
        >
          {view === 'idle' ? t.start : view === 'failed' ? t.retry : t.again}
        </Button>
      )}
      {lacking && !connection && (
        <p role="alert" className="text-[0.8125rem] text-bad">
          {t.noAccount(app)}
        </p>
      )}
      {failure !== null && <Failure error={failure} />}
      {guide && (
        <details className="rounded-xl bg-sunken px-3 py-2">
          <summary className="min-h-6 font-medium">{t.how(app)}</summary>
          <Markdown text={guide} className="mt-2 text-[0.8125rem]" />
        </details>
      )}
    </section>
  )
}

/** It could not be asked for at all: the draft is not ready, or the server cannot be reached. */
function Failure({ error }: { error: unknown }) {
  const errorText = useErrorText()
  const problems = error instanceof ApiProblem ? (error.body.problems ?? []) : []
  return (
    <div role="alert" className="rounded-xl bg-bad-soft px-3 py-2 text-[0.8125rem] text-bad">
      <p className="font-medium">{errorText(error)}</p>
      {problems.map((p) => (
        <p key={`${p.place}${p.code}`}>{p.message}</p>
      ))}
    </div>
  )
}
