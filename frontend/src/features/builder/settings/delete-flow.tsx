import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '@/api/client'
import type { Flow } from '@/api/types'
import { builderTexts, commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { TextField } from '@/ui/field'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { flushSaves } from '../store/session'
import { useBuilder, useStore } from '../store/state'

/** A copy of the flow, and its end: that asks for its name. */
export function DeleteFlow() {
  const t = useTexts(builderTexts).settings
  const common = useTexts(commonTexts)
  const store = useStore()
  const client = useQueryClient()
  const navigate = useNavigate()
  const errorText = useErrorText()
  const id = useBuilder((s) => s.flow.id)
  const name = useBuilder((s) => s.history.present.name)
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const work = async (what: () => Promise<void>) => {
    setBusy(true)
    try {
      await flushSaves(store)
      await what()
      await client.invalidateQueries({ queryKey: ['flows'] })
    } catch (error) {
      toast(errorText(error), 'bad')
    } finally {
      setBusy(false)
    }
  }
  const duplicate = () =>
    work(async () => {
      const copy = await api.post<Flow>(`/flows/${id}/duplicate`)
      await navigate({ to: '/flows/$id', params: { id: copy.id } })
    })
  const remove = () =>
    work(async () => {
      await api.delete(`/flows/${id}`)
      await navigate({ to: '/' })
    })
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <Button busy={busy} onClick={() => void duplicate()}>
          {t.duplicate}
        </Button>
        <Button variant="danger" onClick={() => setOpen(true)}>
          {t.delete}
        </Button>
      </div>
      <p className="text-[0.8125rem] text-ink-soft">{t.deleteText}</p>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        size="sm"
        title={t.delete}
        description={t.deleteText}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>{common.cancel}</Button>
            <Button
              variant="danger"
              busy={busy}
              disabled={typed.trim() !== name.trim()}
              onClick={() => void remove()}
            >
              {common.delete}
            </Button>
          </>
        }
      >
        <TextField
          label={t.deleteConfirm(name)}
          autoComplete="off"
          value={typed}
          onChange={setTyped}
        />
      </Dialog>
    </>
  )
}
