import { useState } from 'react'
import { api } from '@/api/client'
import type { Subscriber } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Field, TextField } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'
import { Select } from '@/ui/select'

const spans = ['1', '24', '72', '168'] as const

/** Everything that failed since a time is sent again. */
export default function RecoverDialog(props: { subscriber: Subscriber; onClose: () => void }) {
  const { subscriber, onClose } = props
  const t = useTexts(subscribersTexts)
  const [span, setSpan] = useState<string>('24')
  const [at, setAt] = useState('')
  const since = () =>
    span === 'other'
      ? new Date(at).toISOString()
      : new Date(Date.now() - Number(span) * 3_600_000).toISOString()
  const { save, busy, field } = useSave({
    run: () => api.post(`/subscribers/${subscriber.id}/recover`, { body: { since: since() } }),
    stale: [['subscribers', 'one', subscriber.id], ['replays']],
    said: t.recovering,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t.recoverTitle}
      description={t.recoverText}
      size="sm"
      button={t.recoverStart}
      busy={busy}
      disabled={span === 'other' && at === ''}
      onSubmit={() => save()}
      onClose={onClose}
    >
      <Field label={t.recoverSince} error={span === 'other' ? null : field('since')}>
        {(wiring) => (
          <Select
            {...wiring}
            className="w-full"
            value={span}
            onChange={setSpan}
            options={[
              ...spans.map((value) => ({ value, label: t.recoverSpans[value] })),
              { value: 'other', label: t.recoverOther },
            ]}
          />
        )}
      </Field>
      {span === 'other' && (
        <TextField
          label={t.recoverMoment}
          error={field('since')}
          type="datetime-local"
          value={at}
          onChange={setAt}
        />
      )}
    </FormDialog>
  )
}
