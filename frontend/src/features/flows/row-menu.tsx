import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Activity, Copy, Download, FolderInput, Trash2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import type { Flow, FlowRow } from '@/api/types'
import { flowsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { saveFile } from '@/lib/save-file'
import { RowMenu } from '@/ui/menu'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'

const DeleteDialog = lazy(() => import('./delete-dialog'))
const EditDialog = lazy(() => import('./edit-dialog'))

export function FlowMenu({ flow }: { flow: FlowRow }) {
  const t = useTexts(flowsTexts)
  const say = useErrorText()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [dialog, setDialog] = useState<'delete' | 'edit' | null>(null)

  const duplicate = async () => {
    try {
      const copy = await api.post<Flow>(`/flows/${flow.id}/duplicate`)
      await client.invalidateQueries({ queryKey: ['flows'] })
      toast(t.duplicated, 'ok', {
        label: copy.name,
        run: () => void navigate({ to: '/flows/$id', params: { id: copy.id } }),
      })
    } catch (error) {
      toast(say(error), 'bad')
    }
  }
  const save = async () => {
    try {
      const text = await api.get<unknown>(`/flows/${flow.id}/export`, { query: { format: 'yaml' } })
      saveFile(`${flow.name}.yaml`, typeof text === 'string' ? text : JSON.stringify(text, null, 2))
    } catch (error) {
      toast(say(error), 'bad')
    }
  }
  return (
    <>
      <RowMenu
        label={t.more(flow.name)}
        items={() => [
          {
            label: t.runs,
            icon: <Activity />,
            onSelect: () => void navigate({ to: '/runs', search: { flow: flow.id } }),
          },
          { label: t.duplicate, icon: <Copy />, onSelect: () => void duplicate() },
          { label: t.export, icon: <Download />, onSelect: () => void save() },
          {
            label: `${t.rename}, ${t.move.toLowerCase()}`,
            icon: <FolderInput />,
            onSelect: () => setDialog('edit'),
          },
          'rule',
          {
            label: t.delete,
            icon: <Trash2 />,
            danger: true,
            onSelect: () => setDialog('delete'),
          },
        ]}
      />
      <Suspense fallback={null}>
        {dialog === 'delete' && <DeleteDialog flow={flow} onClose={() => setDialog(null)} />}
        {dialog === 'edit' && <EditDialog flow={flow} onClose={() => setDialog(null)} />}
      </Suspense>
    </>
  )
}
