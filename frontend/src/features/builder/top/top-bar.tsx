import { Link } from '@tanstack/react-router'
import {
  ArrowLeft,
  CircleHelp,
  CloudOff,
  ListChecks,
  Redo2,
  Save,
  TriangleAlert,
  Undo2,
} from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { clock } from '@/lib/format'
import { IconButton } from '@/ui/button'
import { PublishControls } from '../publish/publish-controls'
import { useBuilder, useStore } from '../store/state'

const KeysDialog = lazy(() => import('./keys-dialog').then((m) => ({ default: m.KeysDialog })))

const CheckAll = lazy(() => import('../check/check-all'))

export type Tab = 'edit' | 'versions' | 'settings'

/** Name, state of saving, the parts of the flow, and the one button that turns it on. */
export function TopBar({ tab, onTab }: { tab: Tab; onTab: (tab: Tab) => void }) {
  const t = useTexts(builderTexts)
  const store = useStore()
  const flow = useBuilder((s) => s.flow)
  const canUndo = useBuilder((s) => s.history.past.length > 0)
  const canRedo = useBuilder((s) => s.history.future.length > 0)
  const [keys, setKeys] = useState(false)
  const [checking, setChecking] = useState(false)
  const tabs: Tab[] = ['edit', 'versions', 'settings']
  const tabClass = (here: boolean) =>
    cx(
      'flex min-h-9 shrink-0 items-center border-b-2 px-2.5 whitespace-nowrap',
      here
        ? 'border-accent font-medium text-ink'
        : 'border-transparent text-ink-soft hover:text-ink',
    )
  return (
    <header className="shrink-0 border-b border-line bg-surface">
      <div className="flex items-center gap-1 px-2 pt-2 sm:gap-2 md:px-4">
        <Link
          to="/"
          aria-label={t.back}
          title={t.back}
          className="grid size-8 shrink-0 place-items-center rounded-lg text-ink-soft hover:bg-hover"
        >
          <ArrowLeft className="size-4" />
        </Link>
        <FlowName />
        <SaveSign />
        <span className="hidden grow sm:block" />
        {tab === 'edit' && !store.readOnly && (
          <span className="hidden items-center sm:flex">
            <IconButton label={t.undoEdit} disabled={!canUndo} onClick={() => store.undo()}>
              <Undo2 className="size-4" />
            </IconButton>
            <IconButton label={t.redoEdit} disabled={!canRedo} onClick={() => store.redo()}>
              <Redo2 className="size-4" />
            </IconButton>
            <IconButton label={t.keys.open} onClick={() => setKeys(true)}>
              <CircleHelp className="size-4" />
            </IconButton>
          </span>
        )}
        {tab === 'edit' && (
          <IconButton label={t.check.title} onClick={() => setChecking(true)}>
            <ListChecks className="size-4" />
          </IconButton>
        )}
        <PublishControls />
      </div>
      <nav aria-label={t.tabsLabel} className="flex gap-1 overflow-x-auto px-3 md:px-4">
        {tabs.slice(0, 1).map((id) => (
          <TabButton
            key={id}
            label={t.tabs.edit}
            here={tab === id}
            onClick={() => onTab(id)}
            className={tabClass(tab === id)}
          />
        ))}
        <Link to="/runs" search={{ flow: flow.id }} className={tabClass(false)}>
          {t.tabs.runs}
        </Link>
        {tabs.slice(1).map((id) => (
          <TabButton
            key={id}
            label={id === 'versions' ? t.tabs.versions : t.tabs.settings}
            here={tab === id}
            onClick={() => onTab(id)}
            className={tabClass(tab === id)}
          />
        ))}
      </nav>
      {checking && (
        <Suspense fallback={null}>
          <CheckAll onClose={() => setChecking(false)} />
        </Suspense>
      )}
      {keys && (
        <Suspense fallback={null}>
          <KeysDialog onClose={() => setKeys(false)} />
        </Suspense>
      )}
    </header>
  )
}

const TabButton = (props: {
  label: string
  here: boolean
  onClick: () => void
  className: string
}) => (
  <button
    type="button"
    aria-current={props.here ? 'page' : undefined}
    onClick={props.onClick}
    className={props.className}
  >
    {props.label}
  </button>
)

/** The name of the flow, changed where it stands. */
function FlowName() {
  const t = useTexts(builderTexts)
  const store = useStore()
  const name = useBuilder((s) => s.history.present.name)
  return (
    <h1 className="min-w-0 shrink grow sm:grow-0">
      <input
        aria-label={t.name}
        readOnly={store.readOnly}
        value={name}
        size={Math.min(40, Math.max(8, name.length + 1))}
        onChange={(event) => {
          const next = event.target.value
          store.edit((doc) => ({ ...doc, name: next }), 'name')
        }}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        className="h-8 w-full max-w-full min-w-0 truncate sm:w-auto rounded-lg border border-transparent bg-transparent px-1.5 text-base font-semibold hover:border-line focus:border-line-strong"
      />
    </h1>
  )
}

function SaveSign() {
  const t = useTexts(builderTexts).save
  const lang = useLang()
  const save = useBuilder((s) => s.save)
  const [text, Icon, colour] =
    save.is === 'saved'
      ? [t.saved(clock(lang, new Date(save.at).toISOString()).slice(0, 5)), Save, 'text-ink-faint']
      : save.is === 'offline'
        ? [t.offline, CloudOff, 'text-warn']
        : save.is === 'failed'
          ? [t.failedText(save.error.message), TriangleAlert, 'text-bad']
          : [
              save.is === 'conflict' ? t.failed : save.is === 'saving' ? t.saving : t.dirty,
              Save,
              'text-ink-faint',
            ]
  return (
    <span role="status" className={cx('flex min-w-4 shrink items-center gap-1 text-xs', colour)}>
      <Icon className="size-3.5 shrink-0" aria-hidden="true" />
      <span className="sr-only truncate sm:not-sr-only">{text}</span>
    </span>
  )
}
