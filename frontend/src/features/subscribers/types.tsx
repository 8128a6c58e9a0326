import { useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Tags, Trash2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import { useMay } from '@/api/session'
import { type EventType, eventTypesQuery } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { useSave } from '@/lib/use-save'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { RowMenu } from '@/ui/menu'
import { PlainList } from '@/ui/plain-list'
import { rowLink } from '@/ui/row-link'
import { Empty } from '@/ui/states'

const TypeDialog = lazy(() => import('./type-dialog'))
const ConfirmDialog = lazy(() => import('@/ui/confirm-dialog'))

/** The kinds of events that the workspace publishes. */
export default function Types() {
  const t = useTexts(subscribersTexts)
  const mayEdit = useMay('editor')
  const types = useQuery(eventTypesQuery)
  const [open, setOpen] = useState<EventType | 'new' | null>(null)
  const button = mayEdit && (
    <Button variant="primary" icon={<Plus className="size-4" />} onClick={() => setOpen('new')}>
      {t.typeAdd}
    </Button>
  )
  return (
    <>
      <PlainList
        query={types}
        rows={types.data}
        label={t.tabs.types}
        waiting={3}
        over={button}
        empty={
          <Empty icon={Tags} title={t.typeEmptyTitle} text={t.typeEmptyText}>
            {button}
          </Empty>
        }
        render={(each) => <TypeLine key={each.name} it={each} mayEdit={mayEdit} onOpen={setOpen} />}
      />
      {open && (
        <Suspense fallback={null}>
          <TypeDialog
            type={open === 'new' ? undefined : open}
            readOnly={!mayEdit}
            onClose={() => setOpen(null)}
          />
        </Suspense>
      )}
    </>
  )
}

function TypeLine(props: { it: EventType; mayEdit: boolean; onOpen: (type: EventType) => void }) {
  const { it, mayEdit, onOpen } = props
  const t = useTexts(subscribersTexts)
  const [deleting, setDeleting] = useState(false)
  const remove = useSave({
    run: () => api.delete(`/event-types/${encodeURIComponent(it.name)}`),
    stale: [['event-types']],
    said: t.deleted,
    onDone: () => setDeleting(false),
  })
  const has = (value: unknown) => value !== null && value !== undefined
  return (
    <li className="relative flex items-center gap-3 px-4 py-3 hover:bg-hover">
      <div className="min-w-0 grow">
        <button
          type="button"
          onClick={() => onOpen(it)}
          className={cx(
            'block max-w-full truncate text-left font-mono text-[0.8125rem] font-semibold',
            rowLink,
          )}
        >
          {it.name}
        </button>
        <p className="truncate text-[0.8125rem] text-ink-soft">
          {[it.title, it.description].filter(Boolean).join('. ')}
        </p>
      </div>
      <span className="hidden gap-1 sm:flex">
        {has(it.schema) && <Badge>{t.typeHasSchema}</Badge>}
        {has(it.sample) && <Badge>{t.typeHasSample}</Badge>}
      </span>
      {mayEdit && (
        <RowMenu
          label={t.typeActions(it.name)}
          items={[
            { label: t.change, icon: <Pencil />, onSelect: () => onOpen(it) },
            'rule',
            { label: t.delete, icon: <Trash2 />, danger: true, onSelect: () => setDeleting(true) },
          ]}
        />
      )}
      {deleting && (
        <Suspense fallback={null}>
          <ConfirmDialog
            title={t.typeDeleteTitle(it.name)}
            text={t.typeDeleteText}
            button={t.delete}
            busy={remove.busy}
            onConfirm={() => remove.save()}
            onClose={() => setDeleting(false)}
          />
        </Suspense>
      )}
    </li>
  )
}
