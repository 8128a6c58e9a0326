import { Link } from '@tanstack/react-router'
import { CircleAlert, Folder, Inbox, PencilLine, TriangleAlert } from 'lucide-react'
import type { FlowRow } from '@/api/types'
import { commonTexts, flowsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { ago, fullMoment, number } from '@/lib/format'
import { Badge } from '@/ui/badge'
import { FlowStrip } from '@/ui/flow-strip'
import { Sparkline } from '@/ui/sparkline'
import { Switch } from '@/ui/switch'
import { RowMenu } from './row-menu'
import { useSwitchFlow } from './use-switch'

const stateColour = { on: 'ok', paused: 'grey', draft: 'info' } as const

/** One flow: a link as a whole, with its own controls above that link. */
export function FlowLine({ flow, mayEdit }: { flow: FlowRow; mayEdit: boolean }) {
  const t = useTexts(flowsTexts)
  const common = useTexts(commonTexts)
  const lang = useLang()
  const turn = useSwitchFlow()
  const on = flow.state === 'on'
  return (
    <li className="relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 px-4 py-3 first:rounded-t-2xl last:rounded-b-2xl hover:bg-hover md:grid-cols-[minmax(0,1fr)_10.500rem_7.500rem_5rem] lg:grid-cols-[minmax(0,1fr)_10.500rem_8rem_12rem]">
      <div className="min-w-0">
        <Link
          to="/flows/$id"
          params={{ id: flow.id }}
          className="line-clamp-2 font-medium break-words after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
        >
          {flow.name}
        </Link>
        <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-xs text-ink-faint">
          <FlowStrip apps={flow.apps} />
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
      </div>
      <div className="order-3 col-span-2 flex items-center justify-between gap-3 md:contents">
        <div className="flex items-center gap-3 md:justify-end">
          <Sparkline values={flow.day.hours} label={t.chart(flow.day.total)} />
          <span className="num w-12 text-right font-medium">{number(lang, flow.day.total)}</span>
        </div>
        <div className="flex flex-wrap items-center justify-end gap-x-2 gap-y-1 md:flex-col md:items-start">
          {flow.day.failed > 0 && (
            <Link
              to="/runs"
              search={{ flow: flow.id, state: 'failed', from: '24h' }}
              className="relative z-10 inline-flex items-center gap-1 rounded text-xs font-medium text-bad hover:underline"
            >
              <CircleAlert className="size-3.5" />
              {t.failed(flow.day.failed)}
            </Link>
          )}
          {flow.held > 0 && (
            <Link
              to="/events"
              search={{ flow: flow.id, verdict: 'held' }}
              className="relative z-10 inline-flex items-center gap-1 rounded text-xs font-medium text-warn hover:underline"
            >
              <Inbox className="size-3.5" />
              {t.held(flow.held)}
            </Link>
          )}
          <span
            className="text-xs text-ink-faint"
            title={flow.last_event_at ? fullMoment(lang, flow.last_event_at) : undefined}
          >
            {flow.last_event_at ? ago(lang, flow.last_event_at, common.now) : t.noEvents}
          </span>
        </div>
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
        {mayEdit && <RowMenu flow={flow} />}
      </div>
    </li>
  )
}
