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
import { useStepFacts } from './names'

const signs: Record<string, [LucideIcon, string]> = {
  done: [CircleCheck, 'text-ok'],
  failed: [CircleAlert, 'text-bad'],
  filtered: [Filter, 'text-ink-faint'],
  waiting: [Hourglass, 'text-warn'],
  begun: [Play, 'text-info'],
  entered: [Play, 'text-info'],
  skipped: [Filter, 'text-ink-faint'],
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
  ...step.waits.map((wait) => ({ from: time(wait.from), to: time(wait.to ?? wait.from) })),
]

/** A step in a loop is told apart by its item, counted from one: `4.1`. */
export const itemName = (item: string): string | null =>
  item === ''
    ? null
    : item
        .split('.')
        .map((place) => Number(place) + 1)
        .join('.')

/** The steps under each other, each with its tries and waits on one line of time. */
export function Timeline(props: {
  run: RunFull
  chosen: string
  onChoose: (place: string) => void
}) {
  const { run } = props
  const t = useTexts(runsTexts)
  const lang = useLang()
  const facts = useStepFacts()
  const [all, setAll] = useState(false)
  const place = useMemo(() => scaleOf(run.steps.flatMap(spansOf)), [run.steps])
  const shown = all ? run.steps : run.steps.slice(0, firstShown)
  return (
    <Card className="overflow-clip">
      <h2 className="sr-only">{t.timeline}</h2>
      <button
        type="button"
        aria-pressed={props.chosen === ''}
        onClick={() => props.onChoose('')}
        className={cx(
          'flex w-full items-center gap-2 border-b border-l-3 border-line px-4 py-2.5 text-left -outline-offset-2',
          props.chosen === ''
            ? 'border-l-accent bg-accent-soft'
            : 'border-l-transparent hover:bg-hover',
        )}
      >
        <ArrowDownToLine className="size-4.5 text-ink-soft" />
        {t.trigger}
        {run.event.received_at && (
          <time className="num ml-auto text-xs text-ink-soft" dateTime={run.event.received_at}>
            {clock(lang, run.event.received_at)}
          </time>
        )}
      </button>
      <ol>
        {shown.map((step, index) => (
          <li key={step.place}>
            <Line
              step={step}
              number={index + 1}
              here={step.place === props.chosen}
              name={facts(step).name}
              place={place}
              onChoose={() => props.onChoose(step.place)}
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
  name: string
  number: number
  here: boolean
  place: (at: number) => number
  onChoose: () => void
}) {
  const { step, place } = props
  const t = useTexts(runsTexts)
  const lang = useLang()
  const [Sign, colour] = signs[step.state] ?? [CircleDashed, 'text-ink-faint']
  const item = itemName(step.item)
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
          <span className="font-medium">{props.name}</span>
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
            title={t.waited(duration(lang, time(wait.to ?? wait.from) - time(wait.from)))}
            className="absolute inset-y-1 border-y border-dashed border-warn bg-warn-soft"
            style={at(time(wait.from), time(wait.to ?? wait.from))}
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
        {step.tries > 1 && <span className="block">{t.tries(step.tries)}</span>}
      </span>
    </button>
  )
}
