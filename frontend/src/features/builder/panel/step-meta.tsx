import { useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Field, TextArea, TextField } from '@/ui/field'
import type { Step } from '../model/doc'
import { rename, update } from '../model/edit'
import { idsOf, isId } from '../model/ids'
import { useStore } from '../store/state'

/** What a step is called in data, and a note about it. */
export function StepMeta({ step }: { step: Step }) {
  const t = useTexts(builderTexts).steps.panel
  const store = useStore()
  const [id, setId] = useState(step.id)
  const bad = id !== step.id && (!isId(id) || idsOf(store.doc).has(id))
  const save = () => {
    if (bad || id === step.id) return
    store.edit((doc) => rename(doc, step.id, id), null, { selected: id })
  }
  return (
    <details className="mt-6 border-t border-line pt-3">
      <summary className="min-h-6 text-ink-soft">{t.advanced}</summary>
      <div className="mt-3 flex flex-col gap-4">
        <Field label={t.note} optional>
          {(wiring) => (
            <TextArea
              {...wiring}
              className="min-h-16"
              readOnly={store.readOnly}
              placeholder={t.notePlaceholder}
              value={step.note ?? ''}
              onChange={(event) => {
                const note = event.target.value
                store.edit(
                  (doc) =>
                    update(doc, step.id, (s) => {
                      const { note: _old, ...rest } = s
                      return (note ? { ...rest, note } : rest) as Step
                    }),
                  `${step.id}.note`,
                )
              }}
            />
          )}
        </Field>
        <TextField
          label={t.id}
          help={t.idHelp}
          error={bad ? t.idBad : null}
          inputClass="font-mono"
          readOnly={store.readOnly}
          value={id}
          onChange={setId}
          onBlur={save}
          onKeyDown={(event) => event.key === 'Enter' && save()}
        />
      </div>
    </details>
  )
}
