import { useState } from 'react'
import { api } from '@/api/client'
import type { FlowRow } from '@/api/types'
import { flowsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { TextField } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'

/** Deleting takes the name in full: an address in use cannot be had back. */
export default function DeleteDialog({ flow, onClose }: { flow: FlowRow; onClose: () => void }) {
  const t = useTexts(flowsTexts)
  const [typed, setTyped] = useState('')
  const { save, busy } = useSave({
    run: () => api.delete(`/flows/${flow.id}`),
    stale: [['flows']],
    said: t.deleted,
    onDone: onClose,
  })
  const matches = typed.trim() === flow.name.trim()
  return (
    <FormDialog
      title={t.deleteTitle(flow.name)}
      description={t.deleteText}
      size="sm"
      button={t.deleteButton}
      danger
      busy={busy}
      disabled={!matches}
      onSubmit={() => save()}
      onClose={onClose}
    >
      <TextField
        label={t.deleteType(flow.name)}
        autoComplete="off"
        value={typed}
        onChange={setTyped}
      />
    </FormDialog>
  )
}
