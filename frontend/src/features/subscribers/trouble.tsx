import { Link } from '@tanstack/react-router'
import { CircleAlert, OctagonX, Pause } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Subscriber } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { Button } from '@/ui/button'
import { useActions } from './use-actions'

/** Why a subscriber gets nothing, or takes nothing, and what to do about it. */
export function Trouble({ subscriber: it, mayEdit }: { subscriber: Subscriber; mayEdit: boolean }) {
  const t = useTexts(subscribersTexts)
  const lang = useLang()
  const acts = useActions(it)
  if (it.state === 'disabled')
    return (
      <Notice
        bad
        icon={<OctagonX className="size-5 shrink-0 text-bad" />}
        title={t.disabledTitle}
        action={
          mayEdit && (
            <Button variant="primary" busy={acts.resume.busy} onClick={() => acts.resume.save()}>
              {t.enable}
            </Button>
          )
        }
      >
        {it.disabled && (
          <p>
            {`${t.disabledAt(moment(lang, it.disabled.at))}: `}
            <span className="font-mono text-xs">{it.disabled.message}</span>
          </p>
        )}
        <p>{t.disabledText}</p>
      </Notice>
    )
  if (it.state === 'paused')
    return (
      <Notice icon={<Pause className="size-5 shrink-0 text-warn" />} title={t.state.paused}>
        <p>{t.pausedText}</p>
      </Notice>
    )
  if (!it.failing_since) return null
  return (
    <Notice
      bad
      icon={<CircleAlert className="size-5 shrink-0 text-bad" />}
      title={t.failingTitle(moment(lang, it.failing_since))}
    >
      {it.last_failure && (
        <p>
          <span className="mr-2 font-mono text-xs">{it.last_failure.message}</span>
          <Link
            to="/runs/$id"
            params={{ id: it.last_failure.run }}
            className="whitespace-nowrap text-accent underline"
          >
            {t.openRun}
          </Link>
        </p>
      )}
      <p>{t.failingText}</p>
    </Notice>
  )
}

const Notice = (props: {
  icon: ReactNode
  title: string
  bad?: boolean
  action?: ReactNode
  children: ReactNode
}) => (
  <section
    className={`flex flex-wrap items-start gap-3 rounded-2xl border p-4 ${
      props.bad ? 'border-bad/40 bg-bad-soft' : 'border-warn/40 bg-warn-soft'
    }`}
  >
    {props.icon}
    <div className="min-w-0 grow basis-56 [overflow-wrap:anywhere]">
      <h2 className="font-semibold">{props.title}</h2>
      {props.children}
    </div>
    {props.action}
  </section>
)
