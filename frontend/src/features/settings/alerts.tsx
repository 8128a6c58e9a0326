import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '@/api/client'
import { connectionsQuery } from '@/api/connectors'
import { type Alerts, alertsQuery } from '@/api/settings'
import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Checkbox, Field, Input } from '@/ui/field'
import { Select } from '@/ui/select'
import { Loaded, Section } from './parts'

export default function AlertsTab() {
  const alerts = useQuery(alertsQuery)
  return <Loaded query={alerts}>{(data) => <Form saved={data} />}</Loaded>
}

function Form({ saved }: { saved: Alerts }) {
  const t = useTexts(settingsTexts).alerts
  const common = useTexts(commonTexts)
  const connections = useQuery(connectionsQuery)
  const bots = (connections.data ?? []).filter((each) => each.connector === 'telegram')
  const [form, setForm] = useState(saved)
  const [emails, setEmails] = useState(saved.emails.join(', '))
  const put = (change: Partial<Alerts>) => setForm({ ...form, ...change })
  const rule = (change: Partial<Alerts['rules']>) => put({ rules: { ...form.rules, ...change } })
  const failures = (change: Partial<Alerts['rules']['failures']>) =>
    rule({ failures: { ...form.rules.failures, ...change } })
  const { save, busy, field } = useSave({
    run: () =>
      api.put('/settings/alerts', {
        body: { ...form, emails: emails.split(/[\s,;]+/).filter(Boolean) },
      }),
    stale: [['settings', 'alerts']],
    said: common.saved,
  })
  const test = useSave({ run: () => api.post('/settings/alerts/test'), said: t.tested })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      <Section title={t.where}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t.emails} help={t.emailsHelp} error={field('emails')}>
            {(wiring) => (
              <Input
                {...wiring}
                value={emails}
                onChange={(event) => setEmails(event.target.value)}
              />
            )}
          </Field>
          <Field label={t.webhook} help={t.webhookHelp} error={field('webhook')}>
            {(wiring) => (
              <Input
                {...wiring}
                type="url"
                value={form.webhook ?? ''}
                onChange={(event) => put({ webhook: event.target.value || null })}
              />
            )}
          </Field>
          <Field label={t.telegram} help={t.telegramHelp} error={field('telegram')}>
            {(wiring) => (
              <Input
                {...wiring}
                value={form.telegram?.chat ?? ''}
                onChange={(event) =>
                  put({
                    telegram: {
                      connection: form.telegram?.connection ?? bots[0]?.id ?? null,
                      chat: event.target.value,
                    },
                  })
                }
              />
            )}
          </Field>
          <Field label={t.telegramBot}>
            {(wiring) => (
              <Select
                {...wiring}
                className="w-full"
                value={form.telegram?.connection ?? ''}
                onChange={(id) =>
                  put({
                    telegram: id ? { connection: id, chat: form.telegram?.chat ?? '' } : null,
                  })
                }
                options={[
                  { value: '', label: t.noBot },
                  ...bots.map((each) => ({ value: each.id, label: each.name })),
                ]}
              />
            )}
          </Field>
        </div>
      </Section>
      <Section title={t.when}>
        <div className="flex flex-col gap-2.5">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <Checkbox
              checked={form.rules.failures.on}
              onChange={(on) => failures({ on })}
              className="grow basis-64"
            >
              {t.failures}
            </Checkbox>
            {(['count', 'minutes'] as const).map((name) => (
              <span key={name} className="flex items-center gap-2">
                <Input
                  type="number"
                  min={1}
                  max={10000}
                  className="max-w-20"
                  disabled={!form.rules.failures.on}
                  aria-label={`${t.failures}: ${name === 'count' ? t.failuresCount : t.failuresMinutes}`}
                  value={form.rules.failures[name]}
                  onChange={(event) => failures({ [name]: Number(event.target.value) })}
                />
                <span aria-hidden="true">
                  {name === 'count' ? t.failuresCount : t.failuresMinutes}
                </span>
              </span>
            ))}
          </div>
          {(
            [
              ['connection_broken', t.connection],
              ['parked', t.parked],
              ['flow_paused', t.paused],
              ['disk', t.disk],
            ] as const
          ).map(([name, label]) => (
            <Checkbox key={name} checked={form.rules[name]} onChange={(on) => rule({ [name]: on })}>
              {label}
            </Checkbox>
          ))}
          <Field label={t.digest} className="mt-2 max-w-60">
            {(wiring) => (
              <Select
                {...wiring}
                className="w-full"
                value={form.digest}
                onChange={(digest) => put({ digest: digest as Alerts['digest'] })}
                options={(['off', 'daily', 'weekly'] as const).map((each) => ({
                  value: each,
                  label: t.digests[each],
                }))}
              />
            )}
          </Field>
        </div>
      </Section>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" busy={busy}>
          {common.save}
        </Button>
        <Button busy={test.busy} onClick={() => test.save()}>
          {t.test}
        </Button>
      </div>
    </form>
  )
}
