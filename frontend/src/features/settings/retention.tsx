import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '@/api/client'
import { type Retention, retentionQuery } from '@/api/settings'
import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { size } from '@/lib/format'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { Progress } from '@/ui/progress'
import { Loaded, Section } from './parts'

export default function RetentionTab() {
  const retention = useQuery(retentionQuery)
  return (
    <Loaded query={retention}>
      {(data) => (
        <>
          <Form saved={data} />
          <Disk retention={data} />
        </>
      )}
    </Loaded>
  )
}

const names = ['retention_days', 'payload_days', 'failed_days'] as const

function Form({ saved }: { saved: Retention }) {
  const t = useTexts(settingsTexts)
  const common = useTexts(commonTexts)
  const [form, setForm] = useState(saved)
  const { save, busy, field } = useSave({
    run: () =>
      api.put('/settings/retention', {
        body: Object.fromEntries(names.map((name) => [name, form[name]])),
      }),
    stale: [['settings', 'retention']],
    said: common.saved,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save()
  }
  const words = {
    retention_days: [t.retention.rows, t.retention.rowsHelp],
    payload_days: [t.retention.payloads, t.retention.payloadsHelp],
    failed_days: [t.retention.failed, t.retention.failedHelp],
  } as const
  return (
    <Section
      title={t.tabs.retention}
      text={t.retention.note(form.retention_days, form.payload_days)}
    >
      <form onSubmit={submit} className="grid gap-4 sm:grid-cols-3">
        {names.map((name) => (
          <TextField
            key={name}
            label={`${words[name][0]}, ${t.retention.days}`}
            help={words[name][1]}
            error={field(name)}
            type="number"
            min={1}
            max={3650}
            required
            value={form[name]}
            onChange={(text) => setForm({ ...form, [name]: Number(text) })}
          />
        ))}
        <div className="sm:col-span-3">
          <Button type="submit" variant="primary" busy={busy}>
            {common.save}
          </Button>
        </div>
      </form>
    </Section>
  )
}

function Disk({ retention }: { retention: Retention }) {
  const t = useTexts(settingsTexts).retention
  const lang = useLang()
  const { disk, budget_bytes: budget } = retention
  const most = budget ?? disk.database_bytes + (disk.free_bytes ?? 0)
  const words = t.budget(size(lang, disk.database_bytes), size(lang, most))
  return (
    <Section title={t.disk}>
      <Progress label={words} value={disk.database_bytes} max={most} />
      <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-6 gap-y-1">
        <dt className="text-ink-soft">{t.database}</dt>
        <dd className="num">{words}</dd>
        {disk.payload_bytes !== null && (
          <>
            <dt className="text-ink-soft">{t.payloadsPart}</dt>
            <dd className="num">{size(lang, disk.payload_bytes)}</dd>
          </>
        )}
        {disk.free_bytes !== null && (
          <>
            <dt className="text-ink-soft">{t.free}</dt>
            <dd className="num">{size(lang, disk.free_bytes)}</dd>
          </>
        )}
      </dl>
    </Section>
  )
}
