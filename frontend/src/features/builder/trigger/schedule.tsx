import { CalendarClock } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { type Lang, useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { Field, Input } from '@/ui/field'
import { Select } from '@/ui/select'
import { literalOf, withField } from '../mapping/host'
import type { Fields, Trigger } from '../model/doc'
import { useBuilder, useStore } from '../store/state'
import { cronTimes, everyTimes, isZone, readCron, readSpan } from './next-times'
import { type Plan, type Preset, readPlan, writePlan } from './schedule-model'

interface Props {
  event: string
  trigger: Trigger
  form: ReactNode
  onChange: (key: string, input: Fields) => void
}

/** When a schedule starts the flow, with the next five times. */
export function Schedule({ event, trigger, form, onChange }: Props) {
  const t = useTexts(builderTexts).trigger.schedule
  const lang = useLang()
  const flowZone = useBuilder((s) => s.history.present.settings?.timezone)
  const input = trigger.input ?? {}
  const own = String(literalOf(input.timezone) ?? '')
  const zone = isZone(own) && own ? own : flowZone && isZone(flowZone) ? flowZone : 'UTC'
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  const times = upcoming(event, input, zone, now)
  return (
    <div className="flex flex-col gap-5">
      {event === 'cron' && (
        <PlanForm
          cron={String(literalOf(input.cron) ?? '')}
          onChange={(cron) => onChange('cron', withField(input, 'cron', { literal: cron }))}
        />
      )}
      {form}
      <section aria-live="polite" className="rounded-xl bg-sunken px-3 py-2.5">
        <h3 className="flex items-center gap-2 font-medium">
          <CalendarClock className="size-4 text-accent" />
          {t.next}
        </h3>
        {times.length === 0 ? (
          <p className="mt-1 text-warn">{t.never}</p>
        ) : (
          <ol className="mt-1.5 flex flex-col gap-0.5">
            {times.map((at) => (
              <li key={at} className="num">
                <time dateTime={new Date(at).toISOString()}>{fullTime(lang, at, zone)}</time>
              </li>
            ))}
          </ol>
        )}
        <p className="mt-1.5 text-xs text-ink-soft">{t.zone(zone)}</p>
      </section>
    </div>
  )
}

function upcoming(event: string, input: Fields, zone: string, now: number): number[] {
  if (event === 'cron') {
    const cron = readCron(String(literalOf(input.cron) ?? ''))
    return cron ? cronTimes(cron, zone, now) : []
  }
  const span = readSpan(String(literalOf(input.every) ?? ''))
  return span ? everyTimes(span, zone, now) : []
}

const fullTime = (lang: Lang, at: number, zone: string): string =>
  new Intl.DateTimeFormat(lang === 'ru' ? 'ru-RU' : 'en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  }).format(at)

/** The days of the week from Monday on, in the language of the page. */
const weekdays = (lang: Lang): { value: string; label: string }[] =>
  [1, 2, 3, 4, 5, 6, 0].map((day) => ({
    value: String(day),
    // 4 January 1970 was a Sunday.
    label: new Intl.DateTimeFormat(lang, { weekday: 'long', timeZone: 'UTC' }).format(
      (day + 3) * 86_400_000,
    ),
  }))

const two = (n: number) => String(n).padStart(2, '0')

function PlanForm({ cron, onChange }: { cron: string; onChange: (cron: string) => void }) {
  const t = useTexts(builderTexts).trigger.schedule
  const lang = useLang()
  const { readOnly } = useStore()
  const plan = readPlan(cron)
  const set = (change: Partial<Plan>) => onChange(writePlan({ ...plan, ...change }, cron))
  const presets = Object.entries(t.presets).map(([value, label]) => ({ value, label }))
  return (
    <fieldset className="flex flex-wrap items-end gap-3" disabled={readOnly}>
      <Field label={t.preset} className="min-w-44 grow">
        {(wiring) => (
          <Select
            {...wiring}
            className="w-full"
            value={plan.preset}
            onChange={(preset) =>
              preset === 'own' ? onChange('*/15 * * * *') : set({ preset: preset as Preset })
            }
            options={presets}
          />
        )}
      </Field>
      {plan.preset === 'weekly' && (
        <Field label={t.day} className="">
          {(wiring) => (
            <Select
              {...wiring}
              value={String(plan.weekday)}
              onChange={(day) => set({ weekday: Number(day) })}
              options={weekdays(lang)}
            />
          )}
        </Field>
      )}
      {plan.preset === 'monthly' && (
        <Field label={t.date} className="w-24">
          {(wiring) => (
            <Input
              {...wiring}
              type="number"
              min={1}
              max={31}
              value={plan.date}
              onChange={(event) =>
                set({ date: Math.min(31, Math.max(1, Number(event.target.value))) })
              }
            />
          )}
        </Field>
      )}
      {plan.preset === 'hourly' && (
        <Field label={t.minute} className="w-24">
          {(wiring) => (
            <Input
              {...wiring}
              type="number"
              min={0}
              max={59}
              value={plan.minute}
              onChange={(event) =>
                set({ minute: Math.min(59, Math.max(0, Number(event.target.value))) })
              }
            />
          )}
        </Field>
      )}
      {!['own', 'hourly'].includes(plan.preset) && (
        <Field label={t.time} className="w-36">
          {(wiring) => (
            <Input
              {...wiring}
              type="time"
              value={`${two(plan.hour)}:${two(plan.minute)}`}
              onChange={(event) => {
                const [hour, minute] = event.target.value.split(':').map(Number)
                if (hour !== undefined && minute !== undefined) set({ hour, minute })
              }}
            />
          )}
        </Field>
      )}
    </fieldset>
  )
}
