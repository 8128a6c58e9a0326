import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { api } from '@/api/client'
import { builderTexts, commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { TextArea } from '@/ui/field'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import type { Sample } from '../data/types'
import { useBuilder, useStore } from '../store/state'
import { readPasted } from './paste'

/** Takes an example that was copied from somewhere as the sample. */
export function PasteDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(builderTexts).trigger
  const common = useTexts(commonTexts)
  const errorText = useErrorText()
  const client = useQueryClient()
  const store = useStore()
  const flow = useBuilder((s) => s.flow.id)
  const id = useId()
  const [text, setText] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const use = async (event: FormEvent) => {
    event.preventDefault()
    const pasted = readPasted(text)
    if (!pasted) return setError(t.pasteBad)
    setBusy(true)
    try {
      const made = await api.post<Sample | { id: string }>(`/flows/${flow}/samples`, {
        body: { method: pasted.method ?? 'POST', headers: pasted.headers, text: pasted.body },
      })
      await client.invalidateQueries({ queryKey: ['flow', flow, 'samples'] })
      store.set({ sample: made.id })
      toast(t.pasted)
      onClose()
    } catch (failed) {
      setError(errorText(failed))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.pasteTitle}
      description={t.pasteText}
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            variant="primary"
            type="submit"
            form={id}
            busy={busy}
            disabled={text.trim() === ''}
          >
            {t.pasteUse}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={(event) => void use(event)}>
        <TextArea
          autoFocus
          aria-label={t.pasteTitle}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-e` : undefined}
          className="min-h-52 font-mono text-xs"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setError(null)
          }}
        />
        {error && (
          <p id={`${id}-e`} role="alert" className="mt-2 text-bad">
            {error}
          </p>
        )}
      </form>
    </Dialog>
  )
}
