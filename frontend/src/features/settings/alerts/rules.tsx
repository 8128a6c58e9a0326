import type { ReactNode } from 'react'
import type { AlertsInput } from '@/api/settings'
import { settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Checkbox, Input } from '@/ui/field'
import type { Part } from '.'

type RuleSet = AlertsInput['rules']

/** Of which things somebody is told. */
export function Rules({ form, put, field }: Part) {
  const t = useTexts(settingsTexts).alerts
  const { rules } = form
  const rule = (change: Partial<RuleSet>) => put({ rules: { ...rules, ...change } })
  const plain = (name: 'connection_broken' | 'parked' | 'disk' | 'recovery') => (
    <Checkbox checked={rules[name]} onChange={(on) => rule({ [name]: on })}>
      {t.rules[name]}
    </Checkbox>
  )
  return (
    <div className="flex flex-col gap-3">
      <Line
        on={rules.failures.on}
        label={t.rules.failures}
        onSwitch={(on) => rule({ failures: { ...rules.failures, on } })}
        error={field('rules.failures')}
      >
        {(['count', 'minutes'] as const).map((name) => (
          <Amount
            key={name}
            label={t.rules.failures}
            unit={name === 'count' ? t.failuresCount : t.failuresMinutes}
            disabled={!rules.failures.on}
            value={rules.failures[name]}
            onChange={(value) => rule({ failures: { ...rules.failures, [name]: value } })}
          />
        ))}
      </Line>
      <Line
        on={rules.silence.on}
        label={t.rules.silence}
        onSwitch={(on) => rule({ silence: { ...rules.silence, on } })}
        error={field('rules.silence')}
      >
        <Amount
          label={t.rules.silence}
          unit={t.hours}
          disabled={!rules.silence.on}
          value={rules.silence.hours}
          onChange={(hours) => rule({ silence: { ...rules.silence, hours } })}
        />
      </Line>
      <Line
        on={rules.waiting.on}
        label={t.rules.waiting}
        onSwitch={(on) => rule({ waiting: { ...rules.waiting, on } })}
        error={field('rules.waiting')}
      >
        <Amount
          label={t.rules.waiting}
          unit={t.minutes}
          disabled={!rules.waiting.on}
          value={rules.waiting.minutes}
          onChange={(minutes) => rule({ waiting: { ...rules.waiting, minutes } })}
        />
      </Line>
      {plain('connection_broken')}
      {plain('parked')}
      {plain('disk')}
      {plain('recovery')}
    </div>
  )
}

const Line = (props: {
  on: boolean
  label: string
  error?: string
  onSwitch: (on: boolean) => void
  children: ReactNode
}) => (
  <div>
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <Checkbox checked={props.on} onChange={props.onSwitch} className="grow basis-64">
        {props.label}
      </Checkbox>
      {props.children}
    </div>
    {props.error && <p className="mt-1 text-bad">{props.error}</p>}
  </div>
)

function Amount(props: {
  label: string
  unit: string
  disabled: boolean
  value: number
  onChange: (value: number) => void
}) {
  return (
    <span className="flex items-center gap-2">
      <Input
        type="number"
        min={1}
        max={10000}
        className="max-w-20"
        disabled={props.disabled}
        aria-label={`${props.label}: ${props.unit}`}
        value={props.value}
        onChange={(event) => props.onChange(Number(event.target.value))}
      />
      <span aria-hidden="true">{props.unit}</span>
    </span>
  )
}
