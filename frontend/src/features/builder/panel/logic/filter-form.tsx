import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import type { FilterStep } from '../../model/doc'
import { useStepEdit } from '../logic-form'
import { ConditionEditor } from './condition'

/** Goes on only with fitting data. */
export function FilterForm({ step }: { step: FilterStep }) {
  const t = useTexts(builderTexts).steps.filter
  const edit = useStepEdit<FilterStep>(step.id)
  return (
    <div className="flex flex-col gap-3">
      <ConditionEditor
        id="filter"
        value={step.filter}
        onChange={(filter) => edit((s) => ({ ...s, filter }), 'filter')}
      />
      <p className="text-[0.8125rem] text-ink-soft">{t.help}</p>
    </div>
  )
}
