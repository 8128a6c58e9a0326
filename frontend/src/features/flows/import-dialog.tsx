import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '@/api/client'
import type { Flow } from '@/api/types'
import { commonTexts, flowsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, TextArea } from '@/ui/field'

export default function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(flowsTexts)
  const common = useTexts(commonTexts)
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
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.importTitle}
      description={t.importText}
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            variant="primary"
            busy={busy}
            disabled={text.trim() === ''}
            onClick={() => save()}
          >
            {t.importButton}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
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
      </div>
    </Dialog>
  )
}
