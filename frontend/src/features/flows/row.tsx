import { Link } from '@tanstack/react-router'
import {
  ChevronRight,
  CircleAlert,
  Folder,
  Inbox,
  PencilLine,
  TriangleAlert,
  Zap,
} from 'lucide-react'
import type { FlowRow } from '@/api/types'
import { commonTexts, flowsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { ago, fullMoment, number } from '@/lib/format'
import { Badge } from '@/ui/badge'
import { FlowStrip } from '@/ui/flow-strip'
import { rowLink } from '@/ui/row-link'
import { Sparkline } from '@/ui/sparkline'
import { Switch } from '@/ui/switch'
import { FlowMenu } from './row-menu'
import { useSwitchFlow } from './use-switch'

const stateColour = { on: 'ok', paused: 'grey', draft: 'info' } as const

/** Columns of the list on wide screens: the flow, its day, its last event, its state. */
const columns =
  'md:grid-cols-[minmax(0,1fr)_9rem_8rem_5rem] lg:grid-cols-[minmax(0,1fr)_9rem_9rem_11.5rem]'

/** What the columns are. Each cell says it by itself too, so readers need not hear this. */
export function FlowsHead() {
  const t = useTexts(flowsTexts)
  return (
    <div
      aria-hidden="true"
      className={cx(
        'hidden gap-x-4 border-b border-line px-4 py-2 text-xs text-ink-soft md:grid',
        columns,
      )}
    >
      <span>{t.columns.flow}</span>
      <span className="text-right">{t.columns.day}</span>
      <span>{t.columns.last}</span>
      <span>{t.columns.state}</span>
    </div>
  )
}

/** One flow: a link as a whole, with its own controls above that link. */
export function FlowLine({ flow, mayEdit }: { flow: FlowRow; mayEdit: boolean }) {
  const t = useTexts(flowsTexts)
  const turn = useSwitchFlow()
  const on = flow.state === 'on'
  return (
    <li
      className={cx(
        'relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 px-4 py-3 hover:bg-hover',
        columns,
      )}
    >
      <div className="min-w-0">
        <Link
          to="/flows/$id"
          params={{ id: flow.id }}
          className={cx('line-clamp-2 font-semibold break-words', rowLink)}
        >
          {flow.name}
        </Link>
        <Facts flow={flow} />
      </div>
      <div className="order-3 col-span-2 flex items-center justify-between gap-3 md:contents">
        <Day flow={flow} />
        <Lately flow={flow} />
      </div>
      <div className="relative z-10 order-2 flex items-center gap-2 justify-self-end md:order-none md:justify-self-stretch">
        <span className="hidden grow lg:block">
          <Badge colour={stateColour[flow.state]}>{t.state[flow.state]}</Badge>
        </span>
        <Switch
          checked={on}
          disabled={!mayEdit}
          label={on ? t.turnOff(flow.name) : t.turnOn(flow.name)}
          onChange={(next) => turn(flow, next)}
        />
        {mayEdit && <FlowMenu flow={flow} />}
      </div>
    </li>
  )
}

/** What starts it, whom it speaks to, and what keeps it from running as it is drawn. */
function Facts({ flow }: { flow: FlowRow }) {
  const t = useTexts(flowsTexts)
  return (
    <div className="mt-1.5 flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1.5 text-xs text-ink-soft">
      <span className="flex min-w-0 items-center">
        {flow.trigger && (
          <span className="inline-flex min-w-0 items-center gap-1">
            <Zap className="size-3.5 shrink-0 text-ink-faint" />
            <span className="truncate">{flow.trigger.title}</span>
          </span>
        )}
        {flow.trigger && flow.apps.length > 0 && (
          <ChevronRight className="mx-1 size-3 shrink-0 text-ink-faint" aria-hidden="true" />
        )}
        <FlowStrip apps={flow.apps} />
      </span>
      {flow.folder && (
        <span className="inline-flex items-center gap-1">
          <Folder className="size-3.5" />
          {flow.folder}
        </span>
      )}
      {flow.unpublished && flow.state !== 'draft' && (
        <span className="inline-flex items-center gap-1 text-info">
          <PencilLine className="size-3.5" />
          {t.unpublished}
        </span>
      )}
      {flow.problems > 0 && (
        <span className="inline-flex items-center gap-1 text-warn">
          <TriangleAlert className="size-3.5" />
          {t.problems(flow.problems)}
        </span>
      )}
    </div>
  )
}

/** Runs of the last day; a drawing only where there is something to draw. */
function Day({ flow }: { flow: FlowRow }) {
  const t = useTexts(flowsTexts)
  const lang = useLang()
  const { total, hours } = flow.day
  return (
    <div className="flex items-center gap-2 md:justify-end">
      {total > 0 && <Sparkline values={hours} label={t.chart(total)} />}
      <span className="num text-xs text-ink-soft md:hidden">
        {t.perDay(number(lang, total), total)}
      </span>
      <span
        title={t.chart(total)}
        className={cx(
          'num hidden min-w-8 text-right md:inline',
          total === 0 ? 'text-ink-faint' : 'font-semibold',
        )}
      >
        {number(lang, total)}
      </span>
    </div>
  )
}

/** The last event, what failed, what waits. */
function Lately({ flow }: { flow: FlowRow }) {
  const t = useTexts(flowsTexts)
  const common = useTexts(commonTexts)
  const lang = useLang()
  const link =
    'relative z-10 inline-flex min-h-6 items-center gap-1 rounded text-xs font-medium hover:underline'
  return (
    <div className="flex flex-wrap items-center justify-end gap-x-2 md:flex-col md:items-start">
      <span
        className="text-xs text-ink-soft"
        title={flow.last_event_at ? fullMoment(lang, flow.last_event_at) : undefined}
      >
        {flow.last_event_at ? ago(lang, flow.last_event_at, common.now) : t.noEvents}
      </span>
      {flow.day.failed > 0 && (
        <Link
          to="/runs"
          search={{ flow: flow.id, state: 'failed', from: '24h' }}
          className={cx(link, 'text-bad')}
        >
          <CircleAlert className="size-3.5" />
          {t.failed(flow.day.failed)}
        </Link>
      )}
      {flow.held > 0 && (
        <Link
          to="/events"
          search={{ flow: flow.id, verdict: 'held' }}
          className={cx(link, 'text-warn')}
        >
          <Inbox className="size-3.5" />
          {t.held(flow.held)}
        </Link>
      )}
    </div>
  )
}
