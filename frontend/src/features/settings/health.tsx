import { useQuery } from '@tanstack/react-query'
import { queueQuery } from '@/api/runs'
import { useMe } from '@/api/session'
import { settingsQuery } from '@/api/settings'
import { settingsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { duration, number } from '@/lib/format'
import { Figure } from '@/ui/figure'
import { Loaded, Section } from './parts'

export default function Health() {
  const t = useTexts(settingsTexts).health
  const lang = useLang()
  const me = useMe()
  const queue = useQuery(queueQuery)
  const settings = useQuery(settingsQuery)
  return (
    <>
      <Section title={t.queue}>
        <Loaded query={queue} rows={1}>
          {(data) => (
            <dl className="grid grid-cols-2 gap-4 sm:grid-cols-5">
              <Figure label={t.depth} value={number(lang, data.depth)} />
              <Figure
                label={t.oldest}
                value={
                  data.oldest_waiting_secs === null
                    ? t.nobody
                    : duration(lang, data.oldest_waiting_secs * 1000)
                }
              />
              <Figure label={t.jobs} value={number(lang, data.jobs)} />
              <Figure label={t.held} value={number(lang, data.held)} />
              <Figure label={t.parked} value={number(lang, data.parked)} />
            </dl>
          )}
        </Loaded>
      </Section>
      <Section title={t.server}>
        <dl className="grid grid-cols-2 gap-4">
          <Figure label={t.version} value={me.server.version} />
        </dl>
      </Section>
      {settings.isSuccess && (
        <Section title={t.settings}>
          <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,2fr)_auto]">
            {settings.data.map((each) => (
              <div key={each.key} className="contents">
                <dt className="font-mono text-xs">{each.key}</dt>
                <dd className="break-all">{String(each.value ?? '—')}</dd>
                <dd className="mb-2 text-xs text-ink-soft sm:mb-0">{t.sources[each.source]}</dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
    </>
  )
}
