import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { RunFull } from '@/api/runs'
import type { ErrorFull } from '@/api/types'
import { commonTexts, runsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { actionUrl } from '@/lib/base'
import { moment } from '@/lib/format'
import { buttonClass } from '@/ui/button'

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <div className="min-w-0">
    <h3 className="mb-1 text-xs font-medium text-ink-soft">{title}</h3>
    {children}
  </div>
)

/** Where to go: of accounts to the one that the step uses. */
function hrefOf(run: RunFull, href: string): string {
  const at = run.step?.split('#')[0]
  const account = run.steps.find((each) => each.step === at)?.connection
  return actionUrl(
    href === '/connections' && account ? `${href}?edit=${encodeURIComponent(account)}` : href,
  )
}

/** The three things to know about an error. */
export function ErrorCard({ run, error }: { run: RunFull; error: ErrorFull }) {
  const t = useTexts(runsTexts)
  const common = useTexts(commonTexts)
  const lang = useLang()
  return (
    <section className="grid gap-4 rounded-2xl border border-bad/40 bg-bad-soft p-4 md:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)] md:p-5">
      <Part title={common.what}>
        <p className="flex items-start gap-2 text-base font-semibold text-bad">
          <CircleAlert className="mt-1 size-4 shrink-0" />
          {error.title}
        </p>
        {error.detail && (
          <p className="mt-1 font-mono text-xs break-words text-ink-soft">{error.detail}</p>
        )}
      </Part>
      <Part title={common.whose}>
        <p className="font-medium">{common.side[error.side]}</p>
      </Part>
      <Part title={common.todo}>
        {error.action?.href ? (
          <div className="flex flex-col items-start gap-1">
            <a
              href={hrefOf(run, error.action.href)}
              className={buttonClass('primary', 'sm', 'h-auto min-h-8 max-w-full py-1.5')}
            >
              <span className="min-w-0 text-left whitespace-normal">{error.action.label}</span>
            </a>
          </div>
        ) : (
          <p>
            {error.action?.label ??
              (run.next_at ? t.waitNext(moment(lang, run.next_at)) : t.nothingToDo)}
          </p>
        )}
      </Part>
    </section>
  )
}
