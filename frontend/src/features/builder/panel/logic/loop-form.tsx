import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { TextField } from '@/ui/field'
import { LabelledValue } from '../../mapping/labelled-value'
import { useMapping } from '../../mapping/scope'
import type { ForEachStep, Source } from '../../model/doc'
import { useStepEdit } from '../logic-form'

const isNothing = (source: Source) =>
  'literal' in source && Array.isArray(source.literal) && source.literal.length === 0

/** What a loop goes through. */
export function LoopForm({ step }: { step: ForEachStep }) {
  const t = useTexts(builderTexts).steps.loop
  const { readOnly } = useMapping()
  const edit = useStepEdit<ForEachStep>(step.id)
  return (
    <div className="flex flex-col gap-4">
      <LabelledValue
        id="for_each"
        label={t.list}
        help={t.listHelp}
        value={isNothing(step.for_each) ? undefined : step.for_each}
        onChange={(list) => edit((s) => ({ ...s, for_each: list ?? { literal: [] } }), 'list')}
      />
      <TextField
        label={t.as}
        data-field="as"
        inputClass="font-mono"
        readOnly={readOnly}
        value={step.as ?? 'item'}
        onChange={(text) => edit((s) => ({ ...s, as: text }), 'as')}
      />
      <TextField
        label={t.atOnce}
        data-field="concurrency"
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
