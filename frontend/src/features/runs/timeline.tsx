import {
  ArrowDownToLine,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleUser,
  Filter,
  Hourglass,
  type LucideIcon,
  Play,
} from 'lucide-react'
import { useMemo, useState } from 'react'
import type { RunFull, RunStep } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { clock, duration } from '@/lib/format'
import { scaleOf } from '@/lib/timeline'
import { Button } from '@/ui/button'
import { Card } from '@/ui/page'

const signs: Record<string, [LucideIcon, string]> = {
  done: [CircleCheck, 'text-ok'],
  failed: [CircleAlert, 'text-bad'],
  filtered: [Filter, 'text-ink-faint'],
  waiting: [Hourglass, 'text-warn'],
  running: [Play, 'text-info'],
  parked: [CircleUser, 'text-accent'],
}

/** Long loops show this many items at first. */
const firstShown = 60

const time = (at: string) => new Date(at).getTime()
const spansOf = (step: RunStep) => [
  ...step.attempts.map((each) => ({
    from: time(each.started_at),
    to: time(each.started_at) + (each.took_ms ?? 0),
  })),
  ...step.waits.map((wait) => ({ from: time(wait.from), to: time(wait.to) })),
]

/** `lead` in a loop is told apart by its item, counted from one. */
export function itemName(step: RunStep): string | null {
  if (step.item === null || step.item === undefined || step.item === '') return null
  const places = Array.isArray(step.item) ? step.item : String(step.item).split('.').map(Number)
  return places.length > 0 ? places.map((place) => place + 1).join('.') : null
}

/** The steps under each other, each with its tries and waits on one line of time. */
export function Timeline(props: { run: RunFull; chosen: number; onChoose: (at: number) => void }) {
  const { run } = props
  const t = useTexts(runsTexts)
  const lang = useLang()
  const [all, setAll] = useState(false)
  const place = useMemo(() => scaleOf(run.steps.flatMap(spansOf)), [run.steps])
  const shown = all ? run.steps : run.steps.slice(0, firstShown)
  return (
    <Card className="overflow-clip">
      <h2 className="sr-only">{t.timeline}</h2>
      <div className="flex items-center gap-2 border-b border-line px-4 py-2 text-ink-soft">
        <ArrowDownToLine className="size-4" />
        {t.trigger}
        <time className="num ml-auto text-xs" dateTime={run.event.received_at}>
          {clock(lang, run.event.received_at)}
        </time>
      </div>
      <ol>
        {shown.map((step, index) => (
          <li key={`${step.step}${step.item ?? ''}`}>
            <Line
              step={step}
              number={index + 1}
              here={index === props.chosen}
              place={place}
              onChoose={() => props.onChoose(index)}
            />
          </li>
        ))}
      </ol>
      {run.steps.length > shown.length && (
        <Button variant="quiet" className="m-2" onClick={() => setAll(true)}>
          {t.moreSteps(run.steps.length - shown.length)}
        </Button>
      )}
    </Card>
  )
}

function Line(props: {
  step: RunStep
  number: number
  here: boolean
  place: (at: number) => number
  onChoose: () => void
}) {
  const { step, place } = props
  const t = useTexts(runsTexts)
  const lang = useLang()
  const [Sign, colour] = signs[step.state] ?? [CircleDashed, 'text-ink-faint']
  const item = itemName(step)
  const state = t.stepState[step.state] ?? step.state
  const at = (from: number, to: number) => ({
    left: `${place(from) * 100}%`,
    width: `max(3px, ${(place(to) - place(from)) * 100}%)`,
  })
  return (
    <button
      type="button"
      aria-pressed={props.here}
      onClick={props.onChoose}
      className={cx(
        'grid w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1.5 border-l-3 px-4 py-2.5 text-left -outline-offset-2 md:grid-cols-[minmax(0,18rem)_minmax(0,1fr)_6rem]',
        props.here ? 'border-l-accent bg-accent-soft' : 'border-l-transparent hover:bg-hover',
      )}
    >
      <span className="flex min-w-0 items-center gap-2">
        <Sign className={cx('size-4.5 shrink-0', colour)} aria-label={state} />
        <span className="min-w-0 truncate">
          <span className="num mr-1.5 text-ink-soft">{props.number}</span>
          <span className="font-medium">{step.name}</span>
          {item && <span className="ml-1.5 text-xs text-ink-soft">{t.item(item)}</span>}
        </span>
      </span>
      <span
        className="relative order-3 col-span-2 h-3.5 md:order-none md:col-span-1"
        aria-hidden="true"
      >
        <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
        {step.waits.map((wait) => (
          <span
            key={`w${wait.from}`}
            title={t.waited(duration(lang, time(wait.to) - time(wait.from)))}
            className="absolute inset-y-1 border-y border-dashed border-warn bg-warn-soft"
            style={at(time(wait.from), time(wait.to))}
          />
        ))}
        {step.attempts.map((attempt) => (
          <span
            key={attempt.number}
            title={`${t.attempt(attempt.number)} · ${duration(lang, attempt.took_ms ?? 0)}`}
            className={cx(
              'absolute inset-y-0 rounded-[3px]',
              attempt.outcome === 'done' ? 'bg-ok' : 'bg-bad',
            )}
            style={at(time(attempt.started_at), time(attempt.started_at) + (attempt.took_ms ?? 0))}
          />
        ))}
      </span>
      <span className="num text-right text-xs text-ink-soft">
        {step.took_ms === null ? state : duration(lang, step.took_ms)}
        {step.attempts.length > 1 && (
          <span className="block">{t.attempt(step.attempts.length)}</span>
        )}
      </span>
    </button>
  )
}
