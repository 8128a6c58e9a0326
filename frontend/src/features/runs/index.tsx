import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Activity } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { momentOf, type RunFilter, type RunRow, runsQuery } from '@/api/runs'
import { useMay } from '@/api/session'
import { runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useLiveList } from '@/lib/use-live-list'
import { buttonClass } from '@/ui/button'
import { FreshPill, LiveSwitch } from '@/ui/live-pill'
import { Page } from '@/ui/page'
import { PagedRows } from '@/ui/paged-rows'
import { Empty } from '@/ui/states'
import { BulkProgress } from './bulk'
import { Filters } from './filters'
import { FlowHours } from './flow-hours'
import { RunLine } from './row'
import { SelectionBar } from './selection'

const route = getRouteApi('/runs')

/** Whether a run that the stream tells of belongs into the list. Data is searched by the server. */
export const belongs = (filter: RunFilter) => (row: RunRow) =>
  !filter.q &&
  !filter.step &&
  (!filter.error || row.error?.code === filter.error) &&
  (!filter.flow || row.flow === filter.flow) &&
  (!filter.state || row.state === filter.state) &&
  (!filter.from || row.started_at >= (momentOf(filter.from) ?? '')) &&
  (!filter.to || row.started_at < filter.to)

export function RunsScreen() {
  const t = useTexts(runsTexts)
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const mayEdit = useMay('editor')
  const [following, setFollowing] = useState(true)
  const [selected, setSelected] = useState<ReadonlyMap<string, RunRow>>(new Map())
  const query = useMemo(() => runsQuery(filter), [filter])
  const list = useInfiniteQuery(query)
  const wanted = useMemo(() => belongs(filter), [filter])
  const live = useLiveList<RunRow>({
    key: query.queryKey,
    topic: 'runs',
    kind: 'run',
    on: following,
    wanted,
  })
  const change = useCallback(
    (next: Partial<RunFilter>) => {
      setSelected(new Map())
      void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
    },
    [navigate],
  )
  const clear = () => void navigate({ search: {}, replace: true })
  const select = useCallback((row: RunRow, on: boolean) => {
    setSelected((before) => {
      const next = new Map(before)
      if (on) next.set(row.id, row)
      else next.delete(row.id)
      return next
    })
  }, [])
  // All rows have the error and the step that are filtered by.
  const first = list.data?.pages[0]?.items[0]
  const said = { error: first?.error?.title, step: first?.step_name ?? undefined }
  const filtered = Object.values(filter).some(Boolean)

  return (
    <Page title={t.title} wide actions={<LiveSwitch on={following} onChange={setFollowing} />}>
      <Filters filter={filter} said={said} onChange={change} mayEdit={mayEdit} />
      <BulkProgress mayEdit={mayEdit} />
      {filter.flow && <FlowHours key={filter.flow} flow={filter.flow} />}
      <FreshPill count={live.fresh} onShow={live.showFresh} />
      <PagedRows
        list={list}
        label={t.title}
        rowKey={(row) => row.id}
        estimate={57}
        waiting={10}
        onClear={filtered ? clear : undefined}
        empty={
          <Empty icon={Activity} title={t.emptyTitle} text={t.emptyText}>
            <Link to="/" className={buttonClass('primary')}>
              {t.toFlows}
            </Link>
          </Empty>
        }
        render={(row) => (
          <RunLine
            run={row}
            selected={selected.has(row.id)}
            onSelect={mayEdit ? select : undefined}
          />
        )}
      />
      <SelectionBar rows={[...selected.values()]} onClear={() => setSelected(new Map())} />
    </Page>
  )
}
