import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api/client'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Field, Input } from '@/ui/field'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { listOf } from '../data/lists'
import { useBuilder, useStore } from '../store/state'

/** The folder: no part of the document, so it is saved by itself. */
export function FolderField() {
  const t = useTexts(builderTexts).settings
  const store = useStore()
  const client = useQueryClient()
  const errorText = useErrorText()
  const flow = useBuilder((s) => s.flow)
  const [text, setText] = useState(flow.folder ?? '')
  const folders =
    useQuery({
      queryKey: ['flows', 'folders'],
      queryFn: ({ signal }) => api.get<string[] | { items: string[] }>('/folders', { signal }),
      select: listOf,
      staleTime: 60_000,
    }).data ?? []
  const save = async () => {
    const folder = text.trim() || null
    if (folder === (flow.folder || null)) return
    try {
      await api.patch(`/flows/${flow.id}`, { body: { folder: folder ?? '' } })
      store.set({ flow: { ...store.state.get().flow, folder } })
      await client.invalidateQueries({ queryKey: ['flows'] })
      toast(t.saveName)
    } catch (error) {
      toast(errorText(error), 'bad')
    }
  }
  return (
    <Field label={t.folder} help={t.folderHelp} optional>
      {(wiring) => (
        <>
          <Input
            {...wiring}
            list="folders"
            readOnly={store.readOnly}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onBlur={() => void save()}
            onKeyDown={(event) => event.key === 'Enter' && void save()}
          />
          <datalist id="folders">
            {folders.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  )
}
