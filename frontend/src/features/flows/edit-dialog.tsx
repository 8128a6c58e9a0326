import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { api } from '@/api/client'
import { foldersQuery } from '@/api/flows'
import type { FlowRow } from '@/api/types'
import { commonTexts, flowsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Field, Input, TextField } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'

/** Name and folder of a flow. */
export default function EditDialog({ flow, onClose }: { flow: FlowRow; onClose: () => void }) {
  const t = useTexts(flowsTexts)
  const common = useTexts(commonTexts)
  const listId = useId()
  const folders = useQuery(foldersQuery)
  const [name, setName] = useState(flow.name)
  const [folder, setFolder] = useState(flow.folder ?? '')
  const { save, busy, field } = useSave({
    run: () =>
      api.patch(`/flows/${flow.id}`, {
        body: { name: name.trim(), folder: folder.trim() || null },
      }),
    stale: [['flows']],
    said: common.saved,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t.rename}
      size="sm"
      button={common.save}
      busy={busy}
      disabled={name.trim() === ''}
      onSubmit={() => save()}
      onClose={onClose}
    >
      <TextField label={t.name} error={field('name')} value={name} onChange={setName} />
      <Field label={t.folder} help={t.folderHelp} error={field('folder')}>
        {(wiring) => (
          <>
            <Input
              {...wiring}
              list={listId}
              value={folder}
              onChange={(event) => setFolder(event.target.value)}
            />
            <datalist id={listId}>
              {(folders.data ?? []).map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          </>
        )}
      </Field>
    </FormDialog>
  )
}
