import { useQuery } from '@tanstack/react-query'
import { BellOff } from 'lucide-react'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import { type Alerts, type AlertsInput, type AlertsTested, alertsQuery } from '@/api/settings'
import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Loaded, Section } from '../parts'
import { Digest } from './digest'
import { Flows } from './flows'
import { MuteFor, stillMuted } from './mute'
import { Recent } from './recent'
import { Rules } from './rules'
import { Told } from './told'
import { Where } from './where'

const SecretDialog = lazy(() => import('@/ui/secret-dialog'))

export default function AlertsTab() {
  const alerts = useQuery(alertsQuery)
  return (
    <>
      <Loaded query={alerts}>{(data) => <Form saved={data} />}</Loaded>
      <Recent />
    </>
  )
}

/** What is sent of what was read. */
const toSend = ({ emails, telegram, webhook, rules, digest, muted_until, flows }: Alerts) => ({
  emails,
  telegram,
  webhook,
  rules,
  digest,
  muted_until,
  flows,
})

export interface Part {
  form: AlertsInput
  put: (change: Partial<AlertsInput>) => void
  field: (name: string) => string | undefined
}

function Form({ saved }: { saved: Alerts }) {
  const t = useTexts(settingsTexts).alerts
  const common = useTexts(commonTexts)
  const lang = useLang()
  const [form, setForm] = useState<AlertsInput>(() => toSend(saved))
  const [tested, setTested] = useState<AlertsTested | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const put = (change: Partial<AlertsInput>) => setForm({ ...form, ...change })
  const { save, busy, field } = useSave<AlertsInput, Alerts>({
    run: (body) => api.put<Alerts>('/settings/alerts', { body }),
    stale: [['settings', 'alerts']],
    said: common.saved,
    onDone: (answer) => setSecret(answer.webhook_secret ?? null),
  })
  const test = useSave({
    run: () => api.post<AlertsTested>('/settings/alerts/test'),
    onDone: setTested,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save(form)
  }
  /** Muting is not left to the button below: who mutes wants quiet now. */
  const mute = (muted_until: string | null) => {
    put({ muted_until })
    save({ ...toSend(saved), muted_until })
  }
  const muted = stillMuted(form.muted_until)
  const part: Part = { form, put, field }
  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      {muted && (
        <div className="flex flex-wrap items-center gap-3 rounded-2xl border border-warn/40 bg-warn-soft px-4 py-3">
          <BellOff className="size-5 text-warn" />
          <p className="min-w-0 grow">{t.mutedUntil(moment(lang, form.muted_until ?? ''))}</p>
          <Button size="sm" busy={busy} onClick={() => mute(null)}>
            {t.unmute}
          </Button>
        </div>
      )}
      <Section title={t.where}>
        <Where {...part} mail={saved.mail} />
        <Told receivers={saved.receivers} tested={tested} />
        <div className="mt-3 flex flex-wrap items-center gap-2">
          <Button busy={test.busy} onClick={() => test.save()}>
            {t.test}
          </Button>
          {!muted && <MuteFor label={t.muteAll} onMute={mute} />}
        </div>
      </Section>
      <Section title={t.when}>
        <Rules {...part} />
      </Section>
      <Section title={t.digest}>
        <Digest {...part} />
      </Section>
      <Section title={t.flows} text={t.flowsText}>
        <Flows {...part} />
      </Section>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" busy={busy}>
          {common.save}
        </Button>
      </div>
      {secret !== null && (
        <Suspense fallback={null}>
          <SecretDialog
            title={t.secretTitle}
            text={t.secretText}
            secret={secret}
            onClose={() => setSecret(null)}
          />
        </Suspense>
      )}
    </form>
  )
}
