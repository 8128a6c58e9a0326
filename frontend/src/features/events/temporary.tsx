import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FlaskConical, Pencil, Trash2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import { type TemporaryAddress, temporaryQuery } from '@/api/events'
import { eventsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { useSave } from '@/lib/use-save'
import { Badge } from '@/ui/badge'
import { Button, IconButton } from '@/ui/button'
import { CopyButton } from '@/ui/copy'
import { PlainList } from '@/ui/plain-list'
import { Empty } from '@/ui/states'

const TemporaryDialog = lazy(() => import('./temporary-dialog'))

/** Addresses to look at what a service sends before there is a flow. */
export default function Temporary({ onNew }: { onNew?: () => void }) {
  const t = useTexts(eventsTexts)
  const list = useQuery(temporaryQuery)
  const [edited, setEdited] = useState<TemporaryAddress | null>(null)
  return (
    <>
      <PlainList
        query={list}
        rows={list.data}
        label={t.tabs.temporary}
        waiting={5}
        empty={
          <Empty icon={FlaskConical} title={t.temporaryEmptyTitle} text={t.temporaryEmptyText}>
            {onNew && (
              <Button variant="primary" onClick={onNew}>
                {t.newTemporary}
              </Button>
            )}
          </Empty>
        }
        render={(each) => (
          <Line key={each.id} address={each} onEdit={onNew ? () => setEdited(each) : undefined} />
        )}
      />
      {edited && (
        <Suspense fallback={null}>
          <TemporaryDialog address={edited} onClose={() => setEdited(null)} />
        </Suspense>
      )}
    </>
  )
}

function Line({ address, onEdit }: { address: TemporaryAddress; onEdit?: () => void }) {
  const t = useTexts(eventsTexts)
  const lang = useLang()
  const remove = useSave({
    run: () => api.delete(`/temporary-addresses/${address.id}`),
    stale: [['temporary']],
    said: t.removed,
  })
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 grow basis-64">
        {address.name && <p className="font-semibold">{address.name}</p>}
        <p className="flex items-center gap-1 font-mono text-xs">
          <span className="min-w-0 truncate">{address.url}</span>
          <CopyButton text={address.url} size="sm" />
        </p>
      </div>
      <Badge>{t.answers(address.status)}</Badge>
      <Link to="/events" search={{ temporary: address.id }} className="text-accent hover:underline">
        {t.show}
      </Link>
      <time dateTime={address.created_at} className="num text-xs text-ink-soft">
        {moment(lang, address.created_at)}
      </time>
      {onEdit && (
        <span className="flex">
          <IconButton label={t.edit} onClick={onEdit}>
            <Pencil className="size-4" />
          </IconButton>
          <IconButton label={t.remove} busy={remove.busy} onClick={() => remove.save()}>
            <Trash2 className="size-4" />
          </IconButton>
        </span>
      )}
    </li>
  )
}
