import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '@/api/client'
import type { Flow } from '@/api/types'
import { flowsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Field, TextArea } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'

export default function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(flowsTexts)
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const { save, busy, error, errorText } = useSave({
    run: () => api.post<Flow>('/flows/import', { body: { text } }),
    stale: [['flows']],
    quiet: true,
    onDone: (flow) => {
      onClose()
      void navigate({ to: '/flows/$id', params: { id: flow.id } })
    },
  })
  return (
    <FormDialog
      title={t.importTitle}
      description={t.importText}
      button={t.importButton}
      busy={busy}
      disabled={text.trim() === ''}
      onSubmit={() => save()}
      onClose={onClose}
    >
      <Field label={t.importFileLabel}>
        {(wiring) => (
          <input
            {...wiring}
            type="file"
            accept=".yaml,.yml,.json"
            className="control"
            onChange={(event) => void event.target.files?.[0]?.text().then(setText)}
          />
        )}
      </Field>
      <Field label={t.importPaste} error={error ? errorText : undefined}>
        {(wiring) => (
          <TextArea
            {...wiring}
            rows={8}
            spellCheck={false}
            className="font-mono text-xs"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  )
}
