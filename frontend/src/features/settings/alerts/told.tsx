import { CircleAlert, CircleCheck } from 'lucide-react'
import type { Alerts, AlertsTested } from '@/api/settings'
import { settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'

/** Who would be told now; after a test, who was. */
export function Told(props: { receivers: Alerts['receivers']; tested: AlertsTested | null }) {
  const t = useTexts(settingsTexts).alerts
  const name = (channel: string) =>
    channel in t.channels ? t.channels[channel as keyof typeof t.channels] : channel
  const rows = props.tested?.items ?? props.receivers.map((each) => ({ ...each, ok: null }))
  if (rows.length === 0)
    return <p className="mt-3 rounded-lg bg-warn-soft px-3 py-2 text-warn">{t.nobody}</p>
  return (
    <div aria-live="polite" className="mt-4">
      <h3 className="text-[0.8125rem] text-ink-soft">{props.tested ? t.tested : t.toldNow}</h3>
      <ul className="mt-1 flex flex-col gap-1">
        {rows.map((row) => (
          <li key={`${row.channel} ${row.receiver}`} className="flex items-start gap-2">
            {row.ok === true && <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" />}
            {row.ok === false && <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" />}
            <span className="min-w-0 [overflow-wrap:anywhere]">
              {`${name(row.channel)}: ${row.receiver}`}
              {row.ok !== null && (
                <span className={row.ok ? 'text-ok' : 'text-bad'}>
                  {row.ok ? ` — ${t.arrived}` : ` — ${row.error ?? t.lost}`}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
