import { useEffect, useState } from 'react'
import { api } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import type { Me } from '@/api/types'
import { accessTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Field, Password, TextField } from '@/ui/field'
import { enter, FormError, Frame, useSending } from './frame'

/** Seconds left of the wait that the server asked for. */
function useWait(error: unknown): number {
  const asked = error instanceof ApiProblem ? (error.retryAfter ?? 0) : 0
  const [left, setLeft] = useState(0)
  useEffect(() => setLeft(asked), [asked])
  useEffect(() => {
    if (left <= 0) return
    const timer = setTimeout(() => setLeft(left - 1), 1000)
    return () => clearTimeout(timer)
  }, [left])
  return left
}

export function Login() {
  const t = useTexts(accessTexts)
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const { busy, error, submit } = useSending(
    () => api.post<Me>('/session', { body: { email, password } }),
    enter,
  )
  const wait = useWait(error)
  const refused = error instanceof ApiProblem && error.status === 401
  return (
    <Frame title={t.signInTitle}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <FormError
          error={wait > 0 || !(error instanceof ApiProblem && error.retryAfter) ? error : null}
          text={wait > 0 ? t.wait(wait) : refused ? t.wrong : undefined}
        />
        <TextField
          label={t.email}
          type="email"
          name="email"
          autoComplete="username"
          autoFocus
          required
          value={email}
          onChange={setEmail}
        />
        <Field label={t.password}>
          {(wiring) => (
            <Password
              {...wiring}
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" busy={busy} disabled={wait > 0} className="w-full">
          {t.signIn}
        </Button>
      </form>
    </Frame>
  )
}
