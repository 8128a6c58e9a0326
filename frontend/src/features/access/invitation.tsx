import { useEffect, useState } from 'react'
import { api } from '@/api/client'
import type { Me, Role } from '@/api/types'
import { accessTexts } from '@/i18n/catalogue'
import { currentLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { pageUrl } from '@/lib/base'
import { Button, buttonClass } from '@/ui/button'
import { TextField } from '@/ui/field'
import { enter, FormError, Frame, useSending } from './frame'
import { NewPassword } from './new-password'

interface Invited {
  workspace: string
  role: Role
  email: string | null
  by?: string | null
}

export function Invitation({ token }: { token: string }) {
  const t = useTexts(accessTexts)
  const [invited, setInvited] = useState<Invited | 'gone' | null>(null)
  const path = `/invitations/by-token/${encodeURIComponent(token)}`
  useEffect(() => {
    api
      .get<Invited>(path)
      .then(setInvited)
      .catch(() => setInvited('gone'))
  }, [path])
  if (invited === null) return null
  if (invited === 'gone')
    return (
      <Frame title={t.inviteGoneTitle} text={t.inviteGone}>
        <a href={pageUrl('login')} className={buttonClass('primary', 'md', 'w-full')}>
          {t.toSignIn}
        </a>
      </Frame>
    )
  return <Accept invited={invited} path={path} />
}

function Accept({ invited, path }: { invited: Invited; path: string }) {
  const t = useTexts(accessTexts)
  const [name, setName] = useState('')
  const [email, setEmail] = useState(invited.email ?? '')
  const [password, setPassword] = useState('')
  const { busy, error, submit, field } = useSending(
    () =>
      api.post<Me>(`${path}/accept`, {
        body: { name, email, password, language: currentLang() },
      }),
    enter,
  )
  return (
    <Frame title={t.inviteTitle(invited.workspace)} text={t.inviteText(invited.by ?? null)}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <FormError error={error} />
        <TextField
          label={t.name}
          error={field('name')}
          autoComplete="name"
          autoFocus
          required
          value={name}
          onChange={setName}
        />
        <TextField
          label={t.email}
          error={field('email')}
          type="email"
          autoComplete="username"
          required
          readOnly={invited.email !== null}
          value={email}
          onChange={setEmail}
        />
        <NewPassword value={password} onChange={setPassword} error={field('password')} />
        <Button type="submit" variant="primary" busy={busy} className="w-full">
          {t.join}
        </Button>
      </form>
    </Frame>
  )
}
