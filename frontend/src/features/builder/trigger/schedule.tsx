import { useQuery } from '@tanstack/react-query'
import { CalendarClock } from 'lucide-react'
import { type ReactNode, useDeferredValue } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { type Lang, useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { Field, TextField } from '@/ui/field'
import { Select } from '@/ui/select'
import { useErrorText } from '@/ui/states'
import { isZone, scheduleTimesQuery } from '../data/schedule-times'
import { literalOf, withField } from '../mapping/host'
import type { Fields, Trigger } from '../model/doc'
import { useBuilder, useStore } from '../store/state'
import { type Plan, type Preset, readPlan, writePlan } from './schedule-model'

interface Props {
  event: string
  trigger: Trigger
  form: ReactNode
  onChange: (key: string, input: Fields) => void
}

/** When a schedule starts the flow, with the next five times. */
export function Schedule({ event, trigger, form, onChange }: Props) {
  const flowZone = useBuilder((s) => s.history.present.settings?.timezone)
  const input = trigger.input ?? {}
  const own = String(literalOf(input.timezone) ?? '')
  const zone = isZone(own) && own ? own : flowZone && isZone(flowZone) ? flowZone : 'UTC'
  return (
    <div className="flex flex-col gap-5">
      {event === 'cron' && (
        <PlanForm
          cron={String(literalOf(input.cron) ?? '')}
          onChange={(cron) => onChange('cron', withField(input, 'cron', { literal: cron }))}
        />
      )}
      {form}
      <NextTimes event={event} input={input} zone={zone} flowZone={flowZone} />
    </div>
  )
}

/** Asked of the server while it is typed: it alone decides when the flow starts. */
function NextTimes(props: {
  event: string
  input: Fields
  /** Of the trigger, else of the flow. */
  zone: string
  flowZone: string | undefined
}) {
  const t = useTexts(builderTexts).trigger.schedule
  const lang = useLang()
  const say = useErrorText()
  const plain: Record<string, string> = {}
  for (const [key, value] of Object.entries(props.input)) {
    const literal = literalOf(value)
    if (typeof literal === 'string' && literal.trim() !== '') plain[key] = literal
  }
  const settings = useDeferredValue(JSON.stringify(plain))
  const asked = useQuery(scheduleTimesQuery(props.event, settings, props.flowZone, lang))
  const times = asked.data?.times ?? []
  return (
    <section aria-live="polite" className="rounded-xl bg-sunken px-3 py-2.5">
      <h3 className="flex items-center gap-2 font-medium">
        <CalendarClock className="size-4 text-accent" />
        {t.next}
      </h3>
      {asked.isPending && <p className="mt-1 text-ink-soft">{t.asking}</p>}
      {asked.isError && <p className="mt-1 text-bad">{say(asked.error)}</p>}
      {asked.isSuccess && times.length === 0 && (
        <p className="mt-1 text-warn">{asked.data.error ?? t.never}</p>
      )}
      <ol className="mt-1.5 flex flex-col gap-0.5">
        {times.map((at) => (
          <li key={at} className="num">
            <time dateTime={at}>{fullTime(lang, at, props.zone)}</time>
          </li>
        ))}
      </ol>
      <p className="mt-1.5 text-xs text-ink-soft">{t.zone(props.zone)}</p>
    </section>
  )
}

const fullTime = (lang: Lang, at: string, zone: string): string =>
  new Intl.DateTimeFormat(lang === 'ru' ? 'ru-RU' : 'en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  }).format(new Date(at))

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
        <Bounded
          label={t.date}
          bounds={[1, 31]}
          value={plan.date}
          onChange={(date) => set({ date })}
        />
      )}
      {plan.preset === 'hourly' && (
        <Bounded
          label={t.minute}
          bounds={[0, 59]}
          value={plan.minute}
          onChange={(minute) => set({ minute })}
        />
      )}
      {!['own', 'hourly'].includes(plan.preset) && (
        <TextField
          label={t.time}
          className="w-36"
          type="time"
          value={`${two(plan.hour)}:${two(plan.minute)}`}
          onChange={(text) => {
            const [hour, minute] = text.split(':').map(Number)
            if (hour !== undefined && minute !== undefined) set({ hour, minute })
          }}
        />
      )}
    </fieldset>
  )
}

/** A whole number that cannot leave its bounds. */
function Bounded(props: {
  label: string
  bounds: [least: number, most: number]
  value: number
  onChange: (value: number) => void
}) {
  const { label, bounds, value, onChange } = props
  const [least, most] = bounds
  return (
    <TextField
      label={label}
      className="w-24"
      type="number"
      min={least}
      max={most}
      value={value}
      onChange={(text) => onChange(Math.min(most, Math.max(least, Number(text))))}
    />
  )
}
