import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { MapControl } from '../../mapping/nested-control'
import type { Fields, SetStep } from '../../model/doc'
import { useStepEdit } from '../logic-form'

/** Named values for later steps. */
export function SetForm({ step }: { step: SetStep }) {
  const t = useTexts(builderTexts).steps.set
  const edit = useStepEdit<SetStep>(step.id)
  const values: Fields = { set: { object: step.set } }
  return (
    <div className="flex flex-col gap-3">
      <p className="text-ink-soft">{t.help}</p>
      <MapControl
        field={{ key: 'set', label: t.value }}
        host={{
          prefix: '',
          values,
          set: (_key, source) =>
            edit((s) => ({ ...s, set: source && 'object' in source ? source.object : {} }), 'set'),
        }}
        wiring={{ id: 'set', labelId: '', invalid: false, code: false }}
      />
    </div>
  )
}
