import { useState } from 'react'
import { api } from '@/api/client'
import type { Flow } from '@/api/types'
import { builderTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { settleConflict } from '../store/session'
import { useBuilder, useStore } from '../store/state'
import { DiffView } from '../versions/diff-view'

/** Another tab or person saved this flow meanwhile: both versions are shown, one is chosen. */
export function ConflictDialog() {
  const t = useTexts(builderTexts).conflict
  const lang = useLang()
  const store = useStore()
  const errorText = useErrorText()
  const save = useBuilder((s) => s.save)
  const id = useBuilder((s) => s.flow.id)
  const [theirs, setTheirs] = useState<Flow | null>(null)
  const [busy, setBusy] = useState(false)
  if (save.is !== 'conflict') return null
  const withTheirs = async (then: (flow: Flow) => void) => {
    setBusy(true)
    try {
      // Asked anew each time: it may have changed once more.
      then(await api.get<Flow>(`/flows/${id}`))
    } catch (error) {
      toast(errorText(error), 'bad')
    } finally {
      setBusy(false)
    }
  }
  const settle = (mine: boolean) =>
    void withTheirs((flow) => {
      settleConflict(store, flow, mine)
      setTheirs(null)
    })
  return (
    <Dialog
      open
      // Closing decides nothing: the question stays until it is answered.
      onOpenChange={() => {}}
      size={theirs ? 'lg' : 'md'}
      title={t.title}
      description={t.text(save.by, save.at ? moment(lang, save.at) : '')}
      footer={
        <>
          <Button busy={busy} onClick={() => settle(false)} title={t.theirsHint}>
            {t.theirs}
          </Button>
          <Button busy={busy} variant="primary" onClick={() => settle(true)}>
            {t.mine}
          </Button>
        </>
      }
    >
      {theirs ? (
        <>
          <p className="mb-2 text-[0.8125rem] text-ink-soft">{t.legend}</p>
          <DiffView from={theirs.draft.doc} to={store.doc} equal={t.equal} />
        </>
      ) : (
        <Button busy={busy} onClick={() => void withTheirs(setTheirs)}>
          {t.show}
        </Button>
      )}
    </Dialog>
  )
}
