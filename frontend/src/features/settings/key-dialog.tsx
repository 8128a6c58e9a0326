import { useState } from 'react'
import { api } from '@/api/client'
import type { ApiKey } from '@/api/settings'
import { settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Field, TextField } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'
import SecretDialog from '@/ui/secret-dialog'
import { Select } from '@/ui/select'

const scopes: ApiKey['scope'][] = ['read', 'edit', 'own']

export default function KeyDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(settingsTexts).keys
  const [form, setForm] = useState({ name: '', scope: 'read' as ApiKey['scope'], until: '' })
  const [made, setMade] = useState<string | null>(null)
  const { save, busy, field } = useSave({
    run: () =>
      api.post<ApiKey>('/api-keys', {
        body: {
          name: form.name.trim(),
          scope: form.scope,
          // The whole of the chosen day.
          expires_at: form.until ? new Date(`${form.until}T23:59:59`).toISOString() : null,
        },
      }),
    stale: [['api-keys']],
    onDone: (key) => setMade(key.key ?? ''),
  })
  if (made !== null)
    return <SecretDialog title={t.madeTitle} text={t.madeText} secret={made} onClose={onClose} />
  return (
    <FormDialog
      title={t.add}
      size="sm"
      button={t.create}
      busy={busy}
      disabled={form.name.trim() === ''}
      onSubmit={() => save()}
      onClose={onClose}
    >
      <TextField
        label={t.name}
        help={t.nameHelp}
        error={field('name')}
        value={form.name}
        onChange={(text) => setForm({ ...form, name: text })}
      />
      <Field label={t.scope} error={field('scope')}>
        {(wiring) => (
          <Select
            {...wiring}
            className="w-full"
            value={form.scope}
            onChange={(scope) => setForm({ ...form, scope: scope as ApiKey['scope'] })}
            options={scopes.map((each) => ({ value: each, label: t.scopes[each] }))}
          />
        )}
      </Field>
      <TextField
        label={t.expires}
        optional
        error={field('expires_at')}
        type="date"
        value={form.until}
        onChange={(text) => setForm({ ...form, until: text })}
      />
    </FormDialog>
  )
}
