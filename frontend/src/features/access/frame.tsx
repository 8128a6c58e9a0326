import { CircleAlert } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { setWorkspace } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import type { Me } from '@/api/types'
import { accessTexts, shellTexts } from '@/i18n/catalogue'
import { langs, setLang, useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { pageUrl } from '@/lib/base'
import { Button } from '@/ui/button'
import { Logo } from '@/ui/logo'
import { useErrorText } from '@/ui/states'

/** Into the app, to the page that was asked for. */
export function enter(me: Me): void {
  setWorkspace(me.workspace.id)
  const next = new URLSearchParams(location.search).get('next') ?? ''
  // Only places of our own: `//elsewhere` and `https:` would lead away.
  location.assign(pageUrl(/^[a-z0-9]/i.test(next) && !next.includes(':') ? next : ''))
}

/** The state of a form that is sent to the server. */
export function useSending<T>(send: () => Promise<T>, onDone: (answer: T) => void) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      onDone(await send())
    } catch (caught) {
      setError(caught)
      setBusy(false)
    }
  }
  const field = (name: string) => (error instanceof ApiProblem ? error.field(name) : undefined)
  return { busy, error, submit, field }
}

export function Frame(props: { title: string; text?: ReactNode; children: ReactNode }) {
  const t = useTexts(accessTexts)
  const shell = useTexts(shellTexts)
  const lang = useLang()
  useEffect(() => {
    document.title = `${props.title} · Zveno`
  }, [props.title])
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-8 sm:justify-center sm:py-12">
      <div className="mb-6 flex items-center gap-3">
        <Logo className="size-10" />
        <div>
          <div className="text-lg leading-6 font-semibold">{shell.brand}</div>
          <div className="text-ink-soft">{t.promise}</div>
        </div>
      </div>
      <main className="w-full max-w-md rounded-2xl border border-line bg-surface p-6 shadow-card sm:p-8">
        <h1 className="text-xl font-semibold tracking-tight">{props.title}</h1>
        {props.text && <p className="mt-1 text-ink-soft">{props.text}</p>}
        <div className="mt-5">{props.children}</div>
      </main>
      <fieldset className="mt-6 flex gap-1">
        <legend className="sr-only">{t.language}</legend>
        {langs.map((each) => (
          <Button
            key={each}
            variant="quiet"
            size="sm"
            lang={each}
            aria-pressed={each === lang}
            className={each === lang ? 'bg-hover text-ink' : ''}
            onClick={() => setLang(each)}
          >
            {shell.languageName[each]}
          </Button>
        ))}
      </fieldset>
    </div>
  )
}

/** The error of a whole form. */
export function FormError({ error, text }: { error: unknown; text?: string }) {
  const say = useErrorText()
  if (!error) return null
  return (
    <p role="alert" className="flex items-start gap-2 rounded-lg bg-bad-soft px-3 py-2 text-bad">
      <CircleAlert className="mt-0.5 size-4 shrink-0" />
      {text ?? say(error)}
    </p>
  )
}
