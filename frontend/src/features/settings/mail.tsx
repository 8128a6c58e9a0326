import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '@/api/client'
import { type Mail, mailQuery } from '@/api/settings'
import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Field, Password, TextField } from '@/ui/field'
import { Select } from '@/ui/select'
import { Loaded, Section } from './parts'

const nothing: Mail = {
  host: '',
  port: 465,
  security: 'tls',
  user: '',
  password_set: false,
  from: '',
}
const securities: Mail['security'][] = ['tls', 'starttls', 'none']

export default function MailTab() {
  const mail = useQuery(mailQuery)
  return <Loaded query={mail}>{(data) => <Form saved={data} />}</Loaded>
}

function Form({ saved }: { saved: Mail | null }) {
  const t = useTexts(settingsTexts)
  const common = useTexts(commonTexts)
  const [form, setForm] = useState(saved ?? nothing)
  const [password, setPassword] = useState('')
  const put = (change: Partial<Mail>) => setForm({ ...form, ...change })
  const { save, busy, field } = useSave({
    run: () => {
      const { password_set: _, ...rest } = form
      return api.put('/settings/mail', { body: { ...rest, password: password || undefined } })
    },
    stale: [['settings', 'mail'], ['me']],
    said: common.saved,
    onDone: () => setPassword(''),
  })
  const test = useSave({ run: () => api.post('/settings/mail/test'), said: t.mail.tested })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save()
  }
  const text = (name: 'host' | 'user' | 'from', help?: string) => (
    <TextField
      label={t.mail[name]}
      help={help}
      error={field(name)}
      autoComplete="off"
      required={name !== 'user'}
      value={form[name]}
      onChange={(text) => put({ [name]: text })}
    />
  )
  return (
    <Section title={t.tabs.mail} text={t.mail.text}>
      <form onSubmit={submit} className="grid gap-4 sm:grid-cols-2">
        {text('host')}
        <div className="grid grid-cols-2 gap-4">
          <TextField
            label={t.mail.port}
            error={field('port')}
            type="number"
            min={1}
            max={65535}
            required
            value={form.port}
            onChange={(text) => put({ port: Number(text) })}
          />
          <Field label={t.mail.security} error={field('security')}>
            {(wiring) => (
              <Select
                {...wiring}
                className="w-full"
                value={form.security}
                onChange={(value) => put({ security: value as Mail['security'] })}
                options={securities.map((each) => ({
                  value: each,
                  label: t.mail.securities[each],
                }))}
              />
            )}
          </Field>
        </div>
        {text('user')}
        <Field
          label={t.mail.password}
          help={form.password_set ? t.mail.keep : undefined}
          error={field('password')}
        >
          {(wiring) => (
            <Password
              {...wiring}
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        {text('from', t.mail.fromHelp)}
        <div className="flex flex-wrap items-center gap-2 sm:col-span-2">
          <Button type="submit" variant="primary" busy={busy}>
            {common.save}
          </Button>
          <Button busy={test.busy} disabled={saved === null} onClick={() => test.save()}>
            {t.mail.test}
          </Button>
          <span className="text-[0.8125rem] text-ink-soft">{t.mail.testHelp}</span>
        </div>
      </form>
    </Section>
  )
}
