import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '@/api/client'
import { meQuery, useMe } from '@/api/session'
import type { Me } from '@/api/types'
import { commonTexts, settingsTexts, shellTexts } from '@/i18n/catalogue'
import { langs, setLang, useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { setTheme, type Theme, useTheme } from '@/lib/theme'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Field, Input, Password, TextField } from '@/ui/field'
import { Select } from '@/ui/select'
import { Section } from './parts'
import { Sessions } from './sessions'

const themes: Theme[] = ['system', 'light', 'dark']

export default function Profile() {
  const t = useTexts(settingsTexts)
  const common = useTexts(commonTexts)
  const shell = useTexts(shellTexts)
  const me = useMe()
  const lang = useLang()
  const theme = useTheme()
  const client = useQueryClient()
  const [name, setName] = useState(me.user.name)
  const { save, busy, field } = useSave({
    run: (change: Partial<Me['user']>) => api.patch<Me>('/me', { body: change }),
    said: common.saved,
    onDone: () => void client.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save({ name: name.trim() })
  }
  return (
    <>
      <Section title={t.tabs.profile}>
        <form onSubmit={submit} className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t.profile.name}
            error={field('name')}
            required
            autoComplete="name"
            value={name}
            onChange={setName}
          />
          <Field label={t.profile.email}>
            {(wiring) => <Input {...wiring} value={me.user.email} readOnly disabled />}
          </Field>
          <Field label={t.profile.language}>
            {(wiring) => (
              <Select
                {...wiring}
                className="w-full"
                value={lang}
                onChange={(value) => {
                  const next = value === 'ru' ? 'ru' : 'en'
                  setLang(next)
                  save({ language: next })
                }}
                options={langs.map((each) => ({ value: each, label: shell.languageName[each] }))}
              />
            )}
          </Field>
          <Field label={t.profile.theme}>
            {(wiring) => (
              <Select
                {...wiring}
                className="w-full"
                value={theme}
                onChange={(value) => {
                  setTheme(value as Theme)
                  save({ theme: value as Theme })
                }}
                options={themes.map((each) => ({ value: each, label: shell.themeName[each] }))}
              />
            )}
          </Field>
          <div className="sm:col-span-2">
            <Button
              type="submit"
              variant="primary"
              busy={busy}
              disabled={name.trim() === '' || name === me.user.name}
            >
              {common.save}
            </Button>
          </div>
        </form>
      </Section>
      <PasswordPart />
      <Sessions />
    </>
  )
}

function PasswordPart() {
  const t = useTexts(settingsTexts).profile
  const [form, setForm] = useState({ current: '', next: '' })
  const { save, busy, field, errorText } = useSave({
    run: () => api.patch('/me', { body: { password: { current: form.current, new: form.next } } }),
    stale: [['me', 'sessions']],
    said: t.changed,
    quiet: true,
    onDone: () => setForm({ current: '', next: '' }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save()
  }
  const wrong = field('current') ?? field('password.current')
  const weak = field('new') ?? field('password.new')
  return (
    <Section title={t.passwordTitle}>
      <form onSubmit={submit} className="grid gap-4 sm:grid-cols-2">
        <Field label={t.current} error={wrong ?? (weak ? undefined : errorText)}>
          {(wiring) => (
            <Password
              {...wiring}
              required
              autoComplete="current-password"
              value={form.current}
              onChange={(event) => setForm({ ...form, current: event.target.value })}
            />
          )}
        </Field>
        <Field label={t.next} help={t.nextHelp} error={weak}>
          {(wiring) => (
            <Password
              {...wiring}
              required
              minLength={10}
              autoComplete="new-password"
              value={form.next}
              onChange={(event) => setForm({ ...form, next: event.target.value })}
            />
          )}
        </Field>
        <div className="sm:col-span-2">
          <Button type="submit" busy={busy}>
            {t.change}
          </Button>
        </div>
      </form>
    </Section>
  )
}
