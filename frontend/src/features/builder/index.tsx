import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { useMay } from '@/api/session'
import type { Flow } from '@/api/types'
import { ErrorState, Loading } from '@/ui/states'
import { NamingContext, useMakeNaming } from './data/hooks'
import { flowQuery } from './data/queries'
import { Editor } from './editor'
import { isDrawable } from './model/drawable'
import { Bars } from './publish/bars'
import { useSession } from './store/session'
import { BuilderContext, useBuilder, useStore } from './store/state'
import { type Tab, TopBar } from './top/top-bar'

const MadeSecrets = lazy(() =>
  import('./top/made-secrets').then((m) => ({ default: m.MadeSecrets })),
)

const ConflictDialog = lazy(() =>
  import('./top/conflict-dialog').then((m) => ({ default: m.ConflictDialog })),
)

const Unreadable = lazy(() => import('./unreadable').then((m) => ({ default: m.Unreadable })))

const SettingsTab = lazy(() =>
  import('./settings/settings-tab').then((m) => ({ default: m.SettingsTab })),
)

const VersionsTab = lazy(() =>
  import('./versions/versions-tab').then((m) => ({ default: m.VersionsTab })),
)

/** The editor of one flow. */
export function BuilderScreen() {
  const { id } = useParams({ from: '/flows/$id' })
  const asked = useQuery({
    ...flowQuery(id),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  if (asked.isError && !asked.data)
    return <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
  if (!asked.data) return <Loading rows={6} className="mx-auto w-full max-w-2xl px-4 pt-10" />
  if (!isDrawable(asked.data.draft.doc))
    return (
      <Suspense fallback={null}>
        <Unreadable flow={asked.data} />
      </Suspense>
    )
  return <Session key={id} flow={asked.data} />
}

function Session({ flow }: { flow: Flow }) {
  const store = useSession(flow, !useMay('editor'))
  const naming = useMakeNaming(store)
  return (
    <BuilderContext value={store}>
      <NamingContext value={naming}>
        <Screen />
      </NamingContext>
    </BuilderContext>
  )
}

const tabOf = (text: string | undefined): Tab =>
  text === 'versions' || text === 'settings' ? text : 'edit'

function Screen() {
  const store = useStore()
  const search = useSearch({ from: '/flows/$id' })
  const navigate = useNavigate({ from: '/flows/$id' })
  const name = useBuilder((s) => s.history.present.name)
  const selected = useBuilder((s) => s.selected)
  const sample = useBuilder((s) => s.sample)
  const conflict = useBuilder((s) => s.save.is === 'conflict')
  const made = useBuilder((s) => s.made.length > 0)
  const tab = tabOf(search.tab)
  useEffect(() => {
    document.title = `${name} · Zveno`
  }, [name])
  // The address says which step is open, so that it can be sent to somebody.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only as the page opens
  useEffect(() => {
    if (search.sample) store.set({ sample: search.sample })
    if (search.step) store.select(search.step)
    else if (store.doc.steps.length === 0 || store.state.get().flow.version === null)
      if (matchMedia('(min-width: 56.25rem)').matches) store.select('trigger')
  }, [])
  useEffect(() => {
    void navigate({
      search: (old) => ({ ...old, step: selected ?? undefined, sample: sample ?? undefined }),
      replace: true,
    })
  }, [selected, sample, navigate])
  useUndoKeys(tab === 'edit')
  return (
    <div className="flex h-[calc(100dvh-7.25rem)] flex-col md:h-dvh">
      <TopBar
        tab={tab}
        onTab={(next) =>
          void navigate({ search: (old) => ({ ...old, tab: next === 'edit' ? undefined : next }) })
        }
      />
      <Bars />
      <div className="min-h-0 grow overflow-y-auto">
        {tab === 'edit' && <Editor run={search.run} />}
        {tab === 'versions' && (
          <Suspense fallback={null}>
            <VersionsTab />
          </Suspense>
        )}
        {tab === 'settings' && (
          <Suspense fallback={null}>
            <SettingsTab />
          </Suspense>
        )}
      </div>
      {conflict && (
        <Suspense fallback={null}>
          <ConflictDialog />
        </Suspense>
      )}
      {made && (
        <Suspense fallback={null}>
          <MadeSecrets />
        </Suspense>
      )}
    </div>
  )
}

const writes = 'input, textarea, select, [contenteditable=true]'

/** Undo and redo anywhere but in fields, which have their own. */
function useUndoKeys(on: boolean): void {
  const store = useStore()
  useEffect(() => {
    if (!on) return
    const onKey = (event: KeyboardEvent) => {
      const ctrl = event.ctrlKey || event.metaKey
      if (!ctrl || (event.target as HTMLElement).closest?.(writes)) return
      if (event.code === 'KeyZ') event.shiftKey ? store.redo() : store.undo()
      else if (event.code === 'KeyY') store.redo()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [on, store])
}
