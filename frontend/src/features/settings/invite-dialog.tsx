import { useState } from 'react'
import { api } from '@/api/client'
import type { Invitation } from '@/api/settings'
import type { Role } from '@/api/types'
import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Input } from '@/ui/field'
import { SecretOnce } from '@/ui/secret-once'
import { Select } from '@/ui/select'
import { roles } from './people'

export default function InviteDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(settingsTexts).people
  const common = useTexts(commonTexts)
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('editor')
  const [link, setLink] = useState<string | null>(null)
  const { save, busy, field } = useSave({
    run: () =>
      api.post<Invitation>('/invitations', { body: { email: email.trim() || null, role } }),
    stale: [['invitations']],
    onDone: (made) => setLink(made.link ?? ''),
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={link === null ? t.inviteTitle : t.linkTitle}
      size="sm"
      footer={
        link === null ? (
          <>
            <Button onClick={onClose}>{common.cancel}</Button>
            <Button variant="primary" busy={busy} onClick={() => save()}>
              {t.makeLink}
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={onClose}>
            {common.close}
          </Button>
        )
      }
    >
      {link !== null ? (
        <SecretOnce text={link} note={t.linkText} />
      ) : (
        <div className="flex flex-col gap-4">
          <Field label={t.inviteEmail} help={t.inviteEmailHelp} optional error={field('email')}>
            {(wiring) => (
              <Input
                {...wiring}
                type="email"
                autoComplete="off"
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
            )}
          </Field>
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
        </div>
      )}
    </Dialog>
  )
}
