import { useNavigate } from '@tanstack/react-router'
import { Ellipsis, Eye, KeyRound, Pause, Pencil, Play, RotateCcw, Send, Trash2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import type { Subscriber } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { MenuButton } from '@/ui/menu'
import { useActions } from './use-actions'

const EditDialog = lazy(() => import('./edit-dialog'))
const SecretDialog = lazy(() => import('@/ui/secret-dialog'))
const RotateDialog = lazy(() => import('./rotate-dialog'))
const RecoverDialog = lazy(() => import('./recover-dialog'))
const TestDialog = lazy(() => import('./test-dialog'))
const ConfirmDialog = lazy(() => import('@/ui/confirm-dialog'))

type Open = 'edit' | 'rotate' | 'recover' | 'test' | 'delete'

/** What an editor can do with a subscriber. */
export function Head({ subscriber: it }: { subscriber: Subscriber }) {
  const t = useTexts(subscribersTexts)
  const navigate = useNavigate()
  const [open, setOpen] = useState<Open | null>(null)
  const acts = useActions(it)
  const remove = useSave({
    run: () => api.delete(`/subscribers/${it.id}`),
    stale: [['subscribers', 'list']],
    said: t.deleted,
    onDone: () => void navigate({ to: '/subscribers' }),
  })
  const close = () => setOpen(null)
  return (
    <>
      <Button icon={<Send className="size-4" />} onClick={() => setOpen('test')}>
        {t.test}
      </Button>
      {it.state === 'active' && (
        <Button
          icon={<Pause className="size-4" />}
          busy={acts.pause.busy}
          onClick={() => acts.pause.save()}
        >
          {t.pause}
        </Button>
      )}
      {it.state === 'paused' && (
        <Button
          variant="primary"
          icon={<Play className="size-4" />}
          busy={acts.resume.busy}
          onClick={() => acts.resume.save()}
        >
          {t.resume}
        </Button>
      )}
      <MenuButton
        size="icon"
        aria-label={t.actions(it.name)}
        items={[
          { label: t.change, icon: <Pencil />, onSelect: () => setOpen('edit') },
          { label: t.recover, icon: <RotateCcw />, onSelect: () => setOpen('recover') },
          { label: t.showSecret, icon: <Eye />, onSelect: () => acts.show.save() },
          { label: t.rotate, icon: <KeyRound />, onSelect: () => setOpen('rotate') },
          'rule',
          { label: t.delete, icon: <Trash2 />, danger: true, onSelect: () => setOpen('delete') },
        ]}
      >
        <Ellipsis className="size-4" />
      </MenuButton>
      <Suspense fallback={null}>
        {open === 'edit' && <EditDialog subscriber={it} onClose={close} />}
        {open === 'rotate' && <RotateDialog subscriber={it} onClose={close} />}
        {open === 'recover' && <RecoverDialog subscriber={it} onClose={close} />}
        {open === 'test' && <TestDialog subscriber={it} onClose={close} />}
        {acts.secret !== null && (
          <SecretDialog
            title={t.secretTitle}
            text={t.secretText}
            secret={acts.secret}
            onClose={acts.hideSecret}
          />
        )}
        {open === 'delete' && (
          <ConfirmDialog
            title={t.deleteTitle(it.name)}
            text={t.deleteText}
            button={t.delete}
            busy={remove.busy}
            onConfirm={() => remove.save()}
            onClose={close}
          />
        )}
      </Suspense>
    </>
  )
}
