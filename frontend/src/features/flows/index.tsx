import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useCallback } from 'react'
import { flowsQuery, foldersQuery } from '@/api/flows'
import { useMay } from '@/api/session'
import { flowsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { MoreButton } from '@/ui/more-button'
import { Page } from '@/ui/page'
import { PlainList } from '@/ui/plain-list'
import { SearchBox } from '@/ui/search-box'
import { Select } from '@/ui/select'
import { Loading, NothingFound } from '@/ui/states'
import { Checklist } from './checklist'
import { NewFlow } from './new-flow'
import { FlowLine, FlowsHead } from './row'

const Start = lazy(() => import('./start'))
const route = getRouteApi('/')

export function FlowsScreen() {
  const t = useTexts(flowsTexts)
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const list = useInfiniteQuery({ ...flowsQuery(search), placeholderData: (before) => before })
  const folders = useQuery(foldersQuery)
  const mayEdit = useMay('editor')
  const filter = useCallback(
    (change: Partial<typeof search>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true }),
    [navigate],
  )
  const onSearch = useCallback((q: string) => filter({ q: q || undefined }), [filter])
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const filtered = Boolean(search.q || search.folder || search.state)
  const empty = list.isSuccess && rows.length === 0 && !filtered

  return (
    <Page title={t.title} actions={mayEdit && !empty && <NewFlow />}>
      {/* What is filtered out is there all the same. */}
      <Checklist hasFlow={rows.length > 0 || filtered} />
      {empty && mayEdit ? (
        <Suspense fallback={<Loading rows={3} />}>
          <Start />
        </Suspense>
      ) : (
        <>
          <div className="mb-3 grid grid-cols-2 gap-2 sm:flex">
            <SearchBox
              value={search.q ?? ''}
              onChange={onSearch}
              label={t.search}
              className="col-span-2 sm:w-72"
            />
            <Select
              aria-label={t.allStates}
              value={search.state ?? ''}
              onChange={(state) => filter({ state: state || undefined })}
              options={[
                { value: '', label: t.allStates },
                ...(['on', 'paused', 'draft'] as const).map((state) => ({
                  value: state,
                  label: t.state[state],
                })),
              ]}
            />
            {(folders.data?.length ?? 0) > 0 && (
              <Select
                aria-label={t.folder}
                value={search.folder ?? ''}
                onChange={(folder) => filter({ folder: folder || undefined })}
                options={[
                  { value: '', label: t.allFolders },
                  ...(folders.data ?? []).map((folder) => ({ value: folder, label: folder })),
                ]}
              />
            )}
          </div>
          <PlainList
            query={list}
            rows={list.data && rows}
            label={t.title}
            waiting={6}
            empty={
              <NothingFound
                onClear={() => filter({ q: undefined, folder: undefined, state: undefined })}
              />
            }
            head={<FlowsHead />}
            render={(flow) => <FlowLine key={flow.id} flow={flow} mayEdit={mayEdit} />}
          />
          <div className="mt-4 text-center empty:hidden">
            <MoreButton list={list} />
          </div>
        </>
      )}
    </Page>
  )
}
