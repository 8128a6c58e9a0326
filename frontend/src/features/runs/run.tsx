import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Hourglass } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useLive } from '@/api/live'
import { type RunFull, runQuery } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { duration, fullMoment } from '@/lib/format'
import { RunBadge } from '@/ui/badge'
import { Page } from '@/ui/page'
import { ErrorState, Loading } from '@/ui/states'
import { RunActions } from './actions'
import { ErrorCard } from './error-card'
import { EventPanel } from './event-panel'
import { StepPanel } from './step-panel'
import { Timeline } from './timeline'
import { useWhy } from './why'

const Decide = lazy(() => import('./decide'))
const route = getRouteApi('/runs/$id')

export function RunScreen() {
  const { id } = route.useParams()
  const t = useTexts(runsTexts)
  const client = useQueryClient()
  const run = useQuery(runQuery(id))
  useLive([`run:${id}`], () => void client.invalidateQueries({ queryKey: ['runs', 'one', id] }))
  if (run.isPending)
    return (
      <Page title={t.run}>
        <Loading rows={5} />
      </Page>
    )
  if (run.isError)
    return (
      <Page title={t.run}>
        <ErrorState error={run.error} onRetry={() => void run.refetch()} />
      </Page>
    )
  return <Run key={id} run={run.data} />
}

function Run({ run }: { run: RunFull }) {
  const t = useTexts(runsTexts)
  const lang = useLang()
  // What went wrong is what people come for.
  const first = run.steps.find((step) => step.error !== null) ?? run.steps[0]
  const [chosen, setChosen] = useState(first?.place ?? '')
  const step = run.steps.find((each) => each.place === chosen)
  const waits = useWhy()(run)
  return (
    <Page
      wide
      title={`${t.run}: ${run.flow_name ?? t.deletedFlow}`}
      back="/runs"
      heading={
        <>
          <Link to="/flows/$id" params={{ id: run.flow }} className="mr-3 hover:underline">
            {run.flow_name ?? t.deletedFlow}
          </Link>
          <span className="inline-block align-[3px] leading-none tracking-normal">
            <RunBadge state={run.state} />
          </span>
        </>
      }
      sub={
        <span className="flex flex-wrap gap-x-3 gap-y-1 text-[0.8125rem]">
          <time dateTime={run.started_at} className="num">
            {fullMoment(lang, run.started_at)}
          </time>
          {run.took_ms !== null && <span className="num">{duration(lang, run.took_ms)}</span>}
          <span>{t.version(run.version)}</span>
          {run.event.delivery && (
            <Link
              to="/events"
              search={{ id: run.event.delivery }}
              className="text-accent hover:underline"
            >
              {t.openEvent}
            </Link>
          )}
          {run.replay_of && (
            <Link
              to="/runs/$id"
              params={{ id: run.replay_of }}
              className="text-accent hover:underline"
            >
              {t.replaysOf} {run.replay_of.slice(-6)}
            </Link>
          )}
        </span>
      }
      actions={<RunActions run={run} />}
    >
      <div className="flex flex-col gap-4">
        {run.error && <ErrorCard run={run} error={run.error} />}
        {waits && <Waits text={waits} />}
        {run.state === 'parked' && (
          <Suspense>
            <Decide run={run} />
          </Suspense>
        )}
        {run.replays.length > 0 && (
          <p className="flex flex-wrap gap-x-3">
            <span className="text-ink-soft">{t.replays}</span>
            {run.replays.map((id) => (
              <Link key={id} to="/runs/$id" params={{ id }} className="text-accent hover:underline">
                {id.slice(-6)}
              </Link>
            ))}
          </p>
        )}
        <Timeline run={run} chosen={chosen} onChoose={setChosen} />
        <Suspense>
          {step ? <StepPanel key={step.place} step={step} run={run} /> : <EventPanel run={run} />}
        </Suspense>
      </div>
    </Page>
  )
}

/** Why nothing happens now. */
const Waits = ({ text }: { text: string }) => (
  <p className="flex items-start gap-2 rounded-2xl border border-warn/40 bg-warn-soft px-4 py-3">
    <Hourglass className="mt-0.5 size-4 shrink-0 text-warn" />
    <span className="first-letter:uppercase">{text}</span>
  </p>
)
