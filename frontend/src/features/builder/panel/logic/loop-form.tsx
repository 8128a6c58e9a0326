import { useId } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { TextField } from '@/ui/field'
import { useMapping } from '../../mapping/scope'
import { ValueField } from '../../mapping/value-field'
import type { ForEachStep, Source } from '../../model/doc'
import { useStepEdit } from '../logic-form'

const isNothing = (source: Source) =>
  'literal' in source && Array.isArray(source.literal) && source.literal.length === 0

/** What a loop goes through. */
export function LoopForm({ step }: { step: ForEachStep }) {
  const t = useTexts(builderTexts).steps.loop
  const { readOnly } = useMapping()
  const edit = useStepEdit<ForEachStep>(step.id)
  const id = useId()
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <span id={`${id}-l`} className="font-medium">
          {t.list}
        </span>
        <ValueField
          id="for_each"
          labelId={`${id}-l`}
          describedBy={`${id}-h`}
          value={isNothing(step.for_each) ? undefined : step.for_each}
          onChange={(list) => edit((s) => ({ ...s, for_each: list ?? { literal: [] } }), 'list')}
        />
        <span id={`${id}-h`} className="text-xs text-ink-soft">
          {t.listHelp}
        </span>
      </div>
      <TextField
        label={t.as}
        inputClass="font-mono"
        readOnly={readOnly}
        value={step.as ?? 'item'}
        onChange={(text) => edit((s) => ({ ...s, as: text }), 'as')}
      />
      <TextField
        label={t.atOnce}
        help={t.atOnceHelp}
        type="number"
        min={1}
        max={64}
        readOnly={readOnly}
        value={step.concurrency ?? 1}
        onChange={(text) => {
          const concurrency = Math.max(1, Number(text) || 1)
          edit((s) => ({ ...s, concurrency }), 'concurrency')
        }}
      />
    </div>
  )
}
