import { useState } from 'react'
import { api } from '@/api/client'
import type { Invitation } from '@/api/settings'
import type { Role } from '@/api/types'
import { settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Field, TextField } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'
import SecretDialog from '@/ui/secret-dialog'
import { Select } from '@/ui/select'
import { roles } from './people'

export default function InviteDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(settingsTexts).people
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('editor')
  const [link, setLink] = useState<string | null>(null)
  const { save, busy, field } = useSave({
    run: () =>
      api.post<Invitation>('/invitations', { body: { email: email.trim() || null, role } }),
    stale: [['invitations']],
    onDone: (made) => setLink(made.link ?? ''),
  })
  if (link !== null)
    return <SecretDialog title={t.linkTitle} text={t.linkText} secret={link} onClose={onClose} />
  return (
    <FormDialog
      title={t.inviteTitle}
      size="sm"
      button={t.makeLink}
      busy={busy}
      onSubmit={() => save()}
      onClose={onClose}
    >
      <TextField
        label={t.inviteEmail}
        help={t.inviteEmailHelp}
        optional
        error={field('email')}
        type="email"
        autoComplete="off"
        value={email}
        onChange={setEmail}
      />
      <Field label={t.role} help={t.rolesHelp[role]}>
        {(wiring) => (
          <Select
            {...wiring}
            className="w-full"
            value={role}
            onChange={(next) => setRole(next as Role)}
            options={roles.map((each) => ({ value: each, label: t.roles[each] }))}
          />
        )}
      </Field>
    </FormDialog>
  )
}
