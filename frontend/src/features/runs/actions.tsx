import { useNavigate } from '@tanstack/react-router'
import { Ban, Ellipsis, Inbox, Pencil, RotateCcw } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import { type ReplayOrder, type RunFull, type RunStep, replayRun } from '@/api/runs'
import { useMay } from '@/api/session'
import { commonTexts, runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { MenuButton, type MenuItem } from '@/ui/menu'
import { toast } from '@/ui/toast'

const ReplayDialog = lazy(() => import('./replay-dialog'))

/** Replays a run and offers the way to the new one. */
export function useReplay(run: RunFull, onDone?: () => void) {
  const t = useTexts(runsTexts)
  const navigate = useNavigate()
  return useSave({
    run: (order: ReplayOrder) => replayRun(run.id, order),
    stale: [['runs']],
    onDone: (made) => {
      onDone?.()
      toast(t.started, 'ok', {
        label: t.openReplay,
        run: () => void navigate({ to: '/runs/$id', params: { id: made.id } }),
      })
    },
  })
}

/** Something went out in this step, and would again. */
export const hasActed = (step: RunStep) =>
  step.state === 'done' && step.attempts.some((each) => each.exchanges.length > 0)

export function RunActions({ run }: { run: RunFull }) {
  const t = useTexts(runsTexts)
  const common = useTexts(commonTexts)
  const navigate = useNavigate()
  const mayEdit = useMay('editor')
  const [dialog, setDialog] = useState<'start' | 'step' | null>(null)
  const replay = useReplay(run)
  const cancel = useSave({
    run: () => api.post(`/runs/${run.id}/cancel`),
    stale: [['runs']],
    said: t.cancelled,
  })
  const open = () =>
    void navigate({ to: '/flows/$id', params: { id: run.flow }, search: { run: run.id } })
  if (!mayEdit)
    return (
      <Button onClick={open} icon={<Pencil className="size-4" />}>
        {t.openFlow}
      </Button>
    )
  const mayReplay = run.actions.replay
  const failed = run.steps.find((step) => step.state === 'failed')
  // Nothing to ask where nothing would be done twice.
  const whole = () =>
    run.steps.some(hasActed)
      ? setDialog('start')
      : replay.save({ from: 'start', version: 'pinned', repeat_unsafe: [] })
  const items: MenuItem[] = [
    { label: t.openFlow, icon: <Pencil />, onSelect: open },
    ...(run.event.delivery
      ? [
          {
            label: t.openEvent,
            icon: <Inbox />,
            onSelect: () =>
              void navigate({ to: '/events', search: { id: run.event.delivery ?? undefined } }),
          },
        ]
      : []),
    ...(mayReplay
      ? [{ label: t.replayOther, icon: <RotateCcw />, onSelect: () => setDialog('step') }]
      : []),
    ...(run.actions.cancel
      ? ([
          'rule',
          { label: t.cancel, icon: <Ban />, danger: true, onSelect: () => cancel.save() },
        ] satisfies MenuItem[])
      : []),
  ]
  return (
    <>
      {mayReplay && failed && (
        <Button
          variant="primary"
          icon={<RotateCcw className="size-4" />}
          busy={replay.busy}
          onClick={() => replay.save({ from: 'failed', version: 'pinned', repeat_unsafe: [] })}
        >
          {t.replayFailedStep}
        </Button>
      )}
      {mayReplay && (
        <Button icon={<RotateCcw className="size-4" />} busy={replay.busy} onClick={whole}>
          {t.replayAll}
        </Button>
      )}
      <MenuButton size="icon" aria-label={common.more} items={items}>
        <Ellipsis className="size-4" />
      </MenuButton>
      {dialog && (
        <Suspense fallback={null}>
          <ReplayDialog run={run} from={dialog} onClose={() => setDialog(null)} />
        </Suspense>
      )}
    </>
  )
}
