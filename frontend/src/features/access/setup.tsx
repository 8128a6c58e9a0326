import { useState } from 'react'
import { api } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import type { Me } from '@/api/types'
import { accessTexts } from '@/i18n/catalogue'
import { currentLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { enter, FormError, Frame, useSending } from './frame'
import { NewPassword } from './new-password'

/** The first account, by whoever can read the log of the server. */
export function Setup(props: { token: string }) {
  const t = useTexts(accessTexts)
  const [form, setForm] = useState({
    // The server prints a link that carries the code.
    token: props.token,
    name: '',
    email: '',
    password: '',
    workspace_name: t.defaultWorkspace,
  })
  const put = (change: Partial<typeof form>) => setForm({ ...form, ...change })
  const { busy, error, submit, field } = useSending(
    () => api.post<Me>('/setup', { body: { ...form, language: currentLang() } }),
    enter,
  )
  const hasFields = error instanceof ApiProblem && (error.body.problems?.length ?? 0) > 0
  return (
    <Frame title={t.setupTitle} text={t.setupText}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <FormError error={hasFields ? null : error} />
        <TextField
          label={t.token}
          help={t.tokenHelp}
          error={field('token')}
          name="token"
          autoComplete="off"
          autoFocus={props.token === ''}
          required
          value={form.token}
          onChange={(text) => put({ token: text.trim() })}
        />
        <TextField
          label={t.name}
          error={field('name')}
          name="name"
          autoComplete="name"
          autoFocus={props.token !== ''}
          required
          value={form.name}
          onChange={(text) => put({ name: text })}
        />
        <TextField
          label={t.email}
          error={field('email')}
          type="email"
          name="email"
          autoComplete="username"
          required
          value={form.email}
          onChange={(text) => put({ email: text })}
        />
        <NewPassword
          value={form.password}
          onChange={(password) => put({ password })}
          error={field('password')}
        />
        <TextField
          label={t.workspaceName}
          help={t.workspaceHelp}
          error={field('workspace_name')}
          name="workspace"
          required
          value={form.workspace_name}
          onChange={(text) => put({ workspace_name: text })}
        />
        <Button type="submit" variant="primary" busy={busy} className="w-full">
          {t.create}
        </Button>
      </form>
    </Frame>
  )
}
