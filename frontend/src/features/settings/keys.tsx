import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import { type ApiKey, apiKeysQuery } from '@/api/settings'
import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { ago, moment } from '@/lib/format'
import { useSave } from '@/lib/use-save'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Loaded, Section } from './parts'

const KeyDialog = lazy(() => import('./key-dialog'))
const ConfirmDialog = lazy(() => import('@/ui/confirm-dialog'))

export default function Keys() {
  const t = useTexts(settingsTexts).keys
  const keys = useQuery(apiKeysQuery)
  const [adding, setAdding] = useState(false)
  return (
    <Section
      title={t.title}
      text={t.text}
      actions={
        keys.isSuccess && (
          <Button
            variant="primary"
            icon={<Plus className="size-4" />}
            onClick={() => setAdding(true)}
          >
            {t.add}
          </Button>
        )
      }
    >
      <Loaded query={keys}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="py-4 text-ink-soft">{t.emptyTitle}</p>
          ) : (
            <ul className="divide-y divide-line">
              {rows.map((each) => (
                <KeyLine key={each.id} it={each} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {adding && (
        <Suspense fallback={null}>
          <KeyDialog onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </Section>
  )
}

function KeyLine({ it }: { it: ApiKey }) {
  const t = useTexts(settingsTexts).keys
  const common = useTexts(commonTexts)
  const lang = useLang()
  const [revoking, setRevoking] = useState(false)
  const revoke = useSave({
    run: () => api.delete(`/api-keys/${it.id}`),
    stale: [['api-keys']],
    said: t.revoked,
  })
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1.5 py-2.5">
      <KeyRound className="size-4 text-ink-faint" />
      <div className="min-w-0 grow basis-48">
        <p className="truncate font-medium">{it.name}</p>
        <p className="text-xs text-ink-soft">
          {[
            it.used_at ? t.used(ago(lang, it.used_at, common.now)) : t.unused,
            it.expires_at ? t.until(moment(lang, it.expires_at)) : t.never,
          ].join(' · ')}
        </p>
      </div>
      <Badge>{t.scopes[it.scope]}</Badge>
      <Button size="sm" variant="danger" onClick={() => setRevoking(true)}>
        {t.revoke}
      </Button>
      {revoking && (
        <Suspense fallback={null}>
          <ConfirmDialog
            title={t.revokeTitle(it.name)}
            text={t.revokeText}
            button={t.revoke}
            busy={revoke.busy}
            onConfirm={() => revoke.save()}
            onClose={() => setRevoking(false)}
          />
        </Suspense>
      )}
    </li>
  )
}
