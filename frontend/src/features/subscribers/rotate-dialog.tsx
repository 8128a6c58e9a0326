import { useState } from 'react'
import { api } from '@/api/client'
import type { RotatedSecret, Subscriber } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { useSave } from '@/lib/use-save'
import { Field, Password } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'
import SecretDialog from '@/ui/secret-dialog'

/** A new secret; the old one signs beside it for a while. */
export default function RotateDialog(props: { subscriber: Subscriber; onClose: () => void }) {
  const t = useTexts(subscribersTexts)
  const lang = useLang()
  const [own, setOwn] = useState('')
  const [made, setMade] = useState<RotatedSecret | null>(null)
  const { save, busy, field } = useSave({
    run: () =>
      api.post<RotatedSecret>(`/subscribers/${props.subscriber.id}/rotate-secret`, {
        body: { secret: own.trim() || undefined },
      }),
    stale: [['subscribers']],
    onDone: setMade,
  })
  if (made)
    return (
      <SecretDialog
        title={t.rotatedTitle}
        text={t.rotatedText(moment(lang, made.old_secret_until))}
        secret={made.secret}
        onClose={props.onClose}
      />
    )
  return (
    <FormDialog
      title={t.rotateTitle}
      description={t.rotateText}
      size="sm"
      button={t.rotate}
      busy={busy}
      onSubmit={() => save()}
      onClose={props.onClose}
    >
      <Field label={t.rotateOwn} help={t.rotateOwnHelp} optional error={field('secret')}>
        {(wiring) => (
          <Password
            {...wiring}
            autoComplete="off"
            value={own}
            onChange={(event) => setOwn(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  )
}
