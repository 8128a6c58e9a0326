import { useQuery } from '@tanstack/react-query'
import { MonitorSmartphone } from 'lucide-react'
import { api } from '@/api/client'
import { sessionsQuery } from '@/api/settings'
import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { deviceOf } from '@/lib/device'
import { ago } from '@/lib/format'
import { useSave } from '@/lib/use-save'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Loaded, Section } from './parts'

/** Where the person is signed in. */
export function Sessions() {
  const t = useTexts(settingsTexts).profile
  const common = useTexts(commonTexts)
  const lang = useLang()
  const sessions = useQuery(sessionsQuery)
  const end = useSave({
    run: (id: string | null) => api.delete(id === null ? '/me/sessions' : `/me/sessions/${id}`),
    stale: [['me', 'sessions']],
    said: t.signedOut,
  })
  const others = (sessions.data ?? []).some((each) => !each.current)
  return (
    <Section
      title={t.sessionsTitle}
      actions={
        others && (
          <Button size="sm" busy={end.busy} onClick={() => end.save(null)}>
            {t.signOutOthers}
          </Button>
        )
      }
    >
      <Loaded query={sessions} rows={2}>
        {(rows) => (
          <ul className="divide-y divide-line">
            {rows.map((each) => (
              <li key={each.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5">
                <MonitorSmartphone className="size-4 text-ink-faint" />
                <div className="min-w-0 grow basis-40">
                  <p className="truncate">{deviceOf(each.agent) ?? t.unknownDevice}</p>
                  <p className="num text-xs text-ink-soft">
                    {[each.ip, t.seen(ago(lang, each.seen_at, common.now))]
                      .filter(Boolean)
                      .join(' · ')}
                  </p>
                </div>
                {each.current ? (
                  <Badge colour="ok">{t.thisOne}</Badge>
                ) : (
                  <Button size="sm" busy={end.busy} onClick={() => end.save(each.id)}>
                    {t.signOut}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  )
}
