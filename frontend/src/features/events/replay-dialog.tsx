import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '@/api/client'
import type { DeliveryFull } from '@/api/events'
import { flowNamesQuery } from '@/api/flows'
import { eventsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Combobox } from '@/ui/combobox'
import { Field } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'
import { toast } from '@/ui/toast'

export default function ReplayDialog(props: { delivery: DeliveryFull; onClose: () => void }) {
  const { delivery, onClose } = props
  const t = useTexts(eventsTexts)
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
    <FormDialog
      title={t.replayTitle}
      description={t.replayText}
      size="sm"
      button={t.replayButton}
      busy={replay.busy}
      disabled={flow === null}
      onSubmit={() => replay.save()}
      onClose={onClose}
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
    </FormDialog>
  )
}
