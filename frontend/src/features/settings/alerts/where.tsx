import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { connectionsQuery } from '@/api/connectors'
import { settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Field, Input, TextField } from '@/ui/field'
import { Select } from '@/ui/select'
import type { Part } from '.'

/** Letters, a chat of Telegram, a webhook. */
export function Where({ form, put, field, mail }: Part & { mail: boolean }) {
  const t = useTexts(settingsTexts).alerts
  const connections = useQuery(connectionsQuery)
  const bots = (connections.data ?? []).filter((each) => each.connector === 'telegram')
  const [emails, setEmails] = useState(form.emails.join(', '))
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label={t.emails}
        error={field('emails')}
        help={
          mail ? (
            t.emailsHelp
          ) : (
            <>
              {t.noMail}{' '}
              <Link to="/settings/$tab" params={{ tab: 'mail' }} className="text-accent underline">
                {t.toMail}
              </Link>
            </>
          )
        }
      >
        {(wiring) => (
          <Input
            {...wiring}
            value={emails}
            onChange={(event) => {
              setEmails(event.target.value)
              put({ emails: event.target.value.split(/[\s,;]+/).filter(Boolean) })
            }}
          />
        )}
      </Field>
      <TextField
        label={t.webhook}
        help={t.webhookHelp}
        error={field('webhook')}
        type="url"
        value={form.webhook ?? ''}
        onChange={(text) => put({ webhook: text || null })}
      />
      <Field label={t.telegram} help={t.telegramHelp} error={field('telegram')}>
        {(wiring) => (
          <Input
            {...wiring}
            value={form.telegram?.chat ?? ''}
            onChange={(event) => {
              const chat = event.target.value
              const connection = form.telegram?.connection ?? bots[0]?.id ?? null
              put({ telegram: chat === '' ? null : { connection, chat } })
            }}
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
  )
}
