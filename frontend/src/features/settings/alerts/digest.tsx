import type { AlertsInput } from '@/api/settings'
import { settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Field } from '@/ui/field'
import { Select } from '@/ui/select'
import type { Part } from '.'

const choices = ['off', 'daily', 'weekly'] as const

/** How often a summary is sent. */
export function Digest({ form, put, field }: Part) {
  const t = useTexts(settingsTexts).alerts
  return (
    <Field label={t.digestHow} error={field('digest')} className="max-w-72">
      {(wiring) => (
        <Select
          {...wiring}
          className="w-full"
          value={form.digest}
          onChange={(digest) => put({ digest: digest as AlertsInput['digest'] })}
          options={choices.map((each) => ({ value: each, label: t.digests[each] }))}
        />
      )}
    </Field>
  )
}
