import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '@/api/client'
import type { DeliveryFull } from '@/api/events'
import { flowNamesQuery } from '@/api/flows'
import { commonTexts, eventsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Combobox } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { toast } from '@/ui/toast'

export default function ReplayDialog(props: { delivery: DeliveryFull; onClose: () => void }) {
  const { delivery, onClose } = props
  const t = useTexts(eventsTexts)
  const common = useTexts(commonTexts)
  const navigate = useNavigate()
  const flows = useQuery(flowNamesQuery)
  const [flow, setFlow] = useState<string | null>(delivery.flow)
  const replay = useSave({
    run: () =>
      api.post<{ delivery: string; events: { run: string | null }[] }>(
        `/deliveries/${delivery.id}/replay`,
        {
          body: { flow },
        },
      ),
    stale: [['deliveries'], ['runs']],
    onDone: (made) => {
      onClose()
      const id = made.events.find((each) => each.run !== null)?.run
      toast(
        t.replayed,
        'ok',
        id
          ? { label: t.open, run: () => void navigate({ to: '/runs/$id', params: { id } }) }
          : undefined,
      )
    },
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.replayTitle}
      description={t.replayText}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            variant="primary"
            disabled={flow === null}
            busy={replay.busy}
            onClick={() => replay.save()}
          >
            {t.replayButton}
          </Button>
        </>
      }
    >
      <Field label={t.flow}>
        {(wiring) => (
          <Combobox
            id={wiring.id}
            value={flow}
            onChange={setFlow}
            options={(flows.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          />
        )}
      </Field>
    </Dialog>
  )
}
