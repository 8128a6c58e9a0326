import { useQuery, useQueryClient } from '@tanstack/react-query'
import { GitCompare, History, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api/client'
import type { Flow } from '@/api/types'
import { builderTexts, commonTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Empty, ErrorState, Loading, useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { versionsQuery } from '../data/queries'
import type { Version } from '../data/types'
import { flushSaves, takeDraft } from '../store/session'
import { useBuilder, useStore } from '../store/state'
import { DiffView } from './diff-view'

/** Every published state of the flow: to compare with the draft, and to go back to. */
export function VersionsTab() {
  const t = useTexts(builderTexts).versions
  const lang = useLang()
  const store = useStore()
  const flow = useBuilder((s) => s.flow)
  const asked = useQuery(versionsQuery(flow.id))
  const [compared, setCompared] = useState<number | null>(null)
  const [restoring, setRestoring] = useState<number | null>(null)
  if (asked.isPending) return <Loading className="p-6" />
  if (asked.isError) return <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
  if (asked.data.length === 0) return <Empty icon={History} title={t.empty} text={t.emptyText} />
  return (
    <div className="mx-auto w-full max-w-4xl px-4 py-6 md:px-8">
      <ul aria-label={t.title} className="flex flex-col gap-2">
        {asked.data.map((v) => (
          <li
            key={v.number}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-line bg-surface px-4 py-3"
          >
            <div className="min-w-44 grow">
              <p className="flex items-center gap-2 font-medium">
                {t.version(v.number)}
                {v.number === flow.version && <Badge colour="ok">{t.current}</Badge>}
              </p>
              <p className="text-[0.8125rem] text-ink-soft">
                {[moment(lang, v.at), who(v) && t.by(who(v))].filter(Boolean).join(' · ')}
              </p>
            </div>
            <Button
              size="sm"
              icon={<GitCompare className="size-4" />}
              onClick={() => setCompared(v.number)}
            >
              {t.compare}
            </Button>
            {!store.readOnly && (
              <Button
                size="sm"
                icon={<RotateCcw className="size-4" />}
                onClick={() => setRestoring(v.number)}
              >
                {t.restore}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {compared !== null && <Compare number={compared} onClose={() => setCompared(null)} />}
      {restoring !== null && <Restore number={restoring} onClose={() => setRestoring(null)} />}
    </div>
  )
}

const who = (v: Version): string => v.by ?? ''

function Compare({ number, onClose }: { number: number; onClose: () => void }) {
  const t = useTexts(builderTexts).versions
  const store = useStore()
  const id = useBuilder((s) => s.flow.id)
  const asked = useQuery({
    queryKey: ['flow', id, 'versions', number],
    queryFn: ({ signal }) =>
      api.get<{ doc: unknown }>(`/flows/${id}/versions/${number}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t.diff(number)} size="lg">
      {asked.isError && <ErrorState error={asked.error} />}
      {asked.isPending && <Loading rows={3} />}
      {asked.data && <DiffView from={asked.data.doc} to={store.doc} equal={t.equal} />}
    </Dialog>
  )
}

function Restore({ number, onClose }: { number: number; onClose: () => void }) {
  const t = useTexts(builderTexts).versions
  const common = useTexts(commonTexts)
  const errorText = useErrorText()
  const client = useQueryClient()
  const store = useStore()
  const id = useBuilder((s) => s.flow.id)
  const [busy, setBusy] = useState(false)
  const restore = async () => {
    setBusy(true)
    try {
      await flushSaves(store)
      await api.post(`/flows/${id}/versions/${number}/restore`)
      takeDraft(store, await api.get<Flow>(`/flows/${id}`))
      void client.invalidateQueries({ queryKey: ['flows'] })
      toast(t.restored(number), 'ok')
      onClose()
    } catch (error) {
      toast(errorText(error), 'bad')
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.restoreTitle(number)}
      description={t.restoreText}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button variant="primary" busy={busy} onClick={() => void restore()}>
            {t.restore}
          </Button>
        </>
      }
    />
  )
}
