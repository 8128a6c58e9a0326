import { useState } from 'react'
import { api } from '@/api/client'
import type { FlowRow } from '@/api/types'
import { commonTexts, flowsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Input } from '@/ui/field'

/** Deleting takes the name in full: an address in use cannot be had back. */
export default function DeleteDialog({ flow, onClose }: { flow: FlowRow; onClose: () => void }) {
  const t = useTexts(flowsTexts)
  const common = useTexts(commonTexts)
  const [typed, setTyped] = useState('')
  const { save, busy } = useSave({
    run: () => api.delete(`/flows/${flow.id}`),
    stale: [['flows']],
    said: t.deleted,
    onDone: onClose,
  })
  const matches = typed.trim() === flow.name.trim()
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.deleteTitle(flow.name)}
      description={t.deleteText}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button variant="danger" disabled={!matches} busy={busy} onClick={() => save()}>
            {t.deleteButton}
          </Button>
        </>
      }
    >
      <Field label={t.deleteType(flow.name)}>
        {(wiring) => (
          <Input
            {...wiring}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
    </Dialog>
  )
}
