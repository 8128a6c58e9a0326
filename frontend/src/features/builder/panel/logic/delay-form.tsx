import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Field, Input } from '@/ui/field'
import { Select } from '@/ui/select'
import { LabelledValue } from '../../mapping/labelled-value'
import { useMapping } from '../../mapping/scope'
import type { DelayStep } from '../../model/doc'
import { useStepEdit } from '../logic-form'

const UNITS = ['s', 'm', 'h', 'd']

/** `1h30m` and the like are shown as they are, in their least unit that fits. */
export function readSpan(span: string): { amount: string; unit: string } {
  const one = /^(\d+)(s|m|h|d)$/.exec(span)
  return one ? { amount: one[1] ?? '', unit: one[2] ?? 'm' } : { amount: span, unit: '' }
}

/** How long to wait, or until when. */
export function DelayForm({ step }: { step: DelayStep }) {
  const t = useTexts(builderTexts).steps.delay
  const { readOnly } = useMapping()
  const edit = useStepEdit<DelayStep>(step.id)
  const forSpan = 'for' in step.delay ? step.delay.for : null
  const span = readSpan(forSpan ?? '10m')
  const setSpan = (amount: string, unit: string) =>
    edit((s) => ({ ...s, delay: { for: `${amount}${unit}` } }), 'for')
  return (
    <div className="flex flex-col gap-4">
      <Field label={t.mode}>
        {(wiring) => (
          <Select
            {...wiring}
            className="w-full"
            disabled={readOnly}
            value={forSpan === null ? 'until' : 'for'}
            onChange={(mode) =>
              edit((s) => ({
                ...s,
                delay: mode === 'for' ? { for: '10m' } : { until: { literal: '' } },
              }))
            }
            options={[
              { value: 'for', label: t.for },
              { value: 'until', label: t.until },
            ]}
          />
        )}
      </Field>
      {forSpan !== null && (
        <div className="flex gap-2">
          <Input
            aria-label={t.amount}
            data-field="delay.for"
            className="w-28"
            inputMode="numeric"
            readOnly={readOnly}
            value={span.amount}
            onChange={(event) => setSpan(event.target.value.trim(), span.unit)}
          />
          {span.unit !== '' && (
            <Select
              aria-label={t.amount}
              className="grow"
              disabled={readOnly}
              value={span.unit}
              onChange={(unit) => setSpan(span.amount, unit)}
              options={UNITS.map((unit) => ({ value: unit, label: t.unit[unit] ?? unit }))}
            />
          )}
        </div>
      )}
      {'until' in step.delay && (
        <LabelledValue
          id="delay.until"
          label={t.moment}
          help={t.momentHelp}
          value={step.delay.until}
          onChange={(until) =>
            edit((s) => ({ ...s, delay: { until: until ?? { literal: '' } } }), 'until')
          }
        />
      )}
    </div>
  )
}
