import { CircleAlert, CircleCheck, Hourglass, Pencil, Trash2, Zap } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import type { Connection } from '@/api/connectors'
import { connectionsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { fullMoment } from '@/lib/format'
import { useSave } from '@/lib/use-save'
import { AppMark } from '@/ui/app-mark'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { RowMenu } from '@/ui/menu'
import { toast } from '@/ui/toast'
import { UsedIn } from './used-in'

const DeleteDialog = lazy(() => import('./delete-dialog'))

const looks = {
  ok: ['ok', CircleCheck],
  expiring: ['warn', Hourglass],
  broken: ['bad', CircleAlert],
} as const

export function ConnectionLine(props: { connection: Connection; onEdit?: () => void }) {
  const { connection: it, onEdit } = props
  const t = useTexts(connectionsTexts)
  const lang = useLang()
  const [deleting, setDeleting] = useState(false)
  const test = useSave({
    run: () => api.post<{ ok: boolean; error: string | null }>(`/connections/${it.id}/test`),
    stale: [['connections']],
    onDone: (result) =>
      result.ok ? toast(t.testOk) : toast(t.testFailed(result.error ?? ''), 'bad'),
  })
  const [colour, icon] = looks[it.state]
  const main =
    onEdit &&
    (it.state === 'ok' ? (
      <Button
        size="sm"
        icon={<Zap className="size-4" />}
        busy={test.busy}
        onClick={() => test.save()}
      >
        {t.test}
      </Button>
    ) : (
      <Button size="sm" variant="primary" onClick={onEdit}>
        {t.reconnect}
      </Button>
    ))
  return (
    <li
      title={`${t.updated} ${fullMoment(lang, it.updated_at)}`}
      className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-2 px-4 py-3 md:grid-cols-[auto_minmax(0,1fr)_minmax(0,1fr)_8rem_11rem]"
    >
      <AppMark title={it.title} color={it.color ?? '#64748b'} mark={it.mark} size="md" />
      <div className="min-w-0">
        <p className="truncate font-semibold">{it.name}</p>
        <p className="truncate text-[0.8125rem] text-ink-soft">
          {/* Many are named after their account. */}
          {[it.title, it.account === it.name ? null : it.account].filter(Boolean).join(' · ')}
        </p>
      </div>
      <div className="order-4 col-span-3 flex flex-wrap items-center gap-x-2 gap-y-1 md:order-none md:col-span-1">
        <Badge colour={colour} icon={icon}>
          {t.state[it.state]}
        </Badge>
        {it.reason && <span className="text-[0.8125rem] text-ink-soft">{it.reason}</span>}
      </div>
      <div className="order-5 col-span-3 flex items-center justify-between md:order-none md:col-span-1">
        <UsedIn connection={it} />
        <span className="md:hidden">{main}</span>
      </div>
      <div className="order-3 flex items-center justify-end gap-1.5 md:order-none">
        <span className="hidden md:block">{main}</span>
        {onEdit && (
          <RowMenu
            label={t.actions(it.name)}
            items={[
              { label: t.edit, icon: <Pencil />, onSelect: onEdit },
              { label: t.test, icon: <Zap />, onSelect: () => test.save() },
              'rule',
              {
                label: t.delete,
                icon: <Trash2 />,
                danger: true,
                onSelect: () => setDeleting(true),
              },
            ]}
          />
        )}
      </div>
      {deleting && (
        <Suspense fallback={null}>
          <DeleteDialog connection={it} onClose={() => setDeleting(false)} />
        </Suspense>
      )}
    </li>
  )
}
