import { useNavigate } from '@tanstack/react-router'
import { Bookmark, Download, Ellipsis, RotateCcw } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import type { DeliveryFull } from '@/api/events'
import { useMay } from '@/api/session'
import { eventsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { apiUrl } from '@/lib/base'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { CopyButton } from '@/ui/copy'
import { MenuButton } from '@/ui/menu'
import { toast } from '@/ui/toast'

const ReplayDialog = lazy(() => import('./replay-dialog'))

export function DetailActions({ delivery }: { delivery: DeliveryFull }) {
  const t = useTexts(eventsTexts)
  const navigate = useNavigate()
  const mayEdit = useMay('editor')
  const [replaying, setReplaying] = useState(false)
  const sample = useSave({
    run: () => api.post(`/deliveries/${delivery.id}/sample`),
    stale: [['flows']],
    onDone: () => {
      const flow = delivery.flow
      if (!flow) return
      toast(t.sampled, 'ok', {
        label: t.openFlow,
        run: () => void navigate({ to: '/flows/$id', params: { id: flow } }),
      })
    },
  })
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      {mayEdit && (
        <Button
          size="sm"
          variant="primary"
          icon={<RotateCcw className="size-4" />}
          onClick={() => setReplaying(true)}
        >
          {t.replay}
        </Button>
      )}
      {mayEdit && delivery.flow && (
        <Button
          size="sm"
          icon={<Bookmark className="size-4" />}
          busy={sample.busy}
          onClick={() => sample.save()}
        >
          {t.sample}
        </Button>
      )}
      {delivery.curl && <CopyButton size="sm" text={delivery.curl} label={t.curl} />}
      {mayEdit && (
        <MenuButton
          size="icon-sm"
          aria-label={t.rawDownload}
          items={[
            {
              label: t.rawDownload,
              icon: <Download />,
              onSelect: () => location.assign(apiUrl(`/deliveries/${delivery.id}/raw`)),
            },
            { heading: t.rawNote },
          ]}
        >
          <Ellipsis className="size-4" />
        </MenuButton>
      )}
      {replaying && (
        <Suspense fallback={null}>
          <ReplayDialog delivery={delivery} onClose={() => setReplaying(false)} />
        </Suspense>
      )}
    </div>
  )
}
