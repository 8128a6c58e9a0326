import { useQuery } from '@tanstack/react-query'
import { RotateCcw, X } from 'lucide-react'
import { lazy, Suspense, useCallback, useState } from 'react'
import { flowNamesQuery } from '@/api/flows'
import type { RunFilter } from '@/api/runs'
import type { RunState } from '@/api/types'
import { commonTexts, runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { SearchBox } from '@/ui/search-box'
import { Select } from '@/ui/select'

const BulkDialog = lazy(() => import('./bulk-dialog'))

const states: RunState[] = [
  'failed',
  'parked',
  'waiting',
  'running',
  'queued',
  'succeeded',
  'filtered',
  'stale',
  'cancelled',
]
const periods = ['', '1h', '24h', '7d', '30d'] as const

/** All of the filter stands in the address, so that it can be sent to somebody. */
export function Filters(props: {
  filter: RunFilter
  /** What the code and the step of the filter are called, as far as that is known. */
  said: Pick<RunFilter, 'error' | 'step'>
  onChange: (change: Partial<RunFilter>) => void
  mayEdit: boolean
}) {
  const { filter, onChange } = props
  const t = useTexts(runsTexts)
  const common = useTexts(commonTexts)
  const flows = useQuery(flowNamesQuery)
  const [bulk, setBulk] = useState(false)
  const onSearch = useCallback((q: string) => onChange({ q: q || undefined }), [onChange])
  const filtered = Object.values(filter).some(Boolean)
  const period = periods.find((each) => each === filter.from) ?? ''
  return (
    <div className="mb-4 grid grid-cols-2 gap-2 sm:flex sm:flex-wrap">
      <SearchBox
        value={filter.q ?? ''}
        onChange={onSearch}
        label={t.search}
        className="col-span-2 sm:w-72"
      />
      <Select
        aria-label={t.flow}
        className="sm:w-48"
        value={filter.flow ?? ''}
        onChange={(flow) => onChange({ flow: flow || undefined })}
        options={[
          { value: '', label: t.allFlows },
          ...(flows.data ?? []).map((flow) => ({ value: flow.id, label: flow.name })),
        ]}
      />
      <Select
        aria-label={t.state}
        className="sm:w-44"
        value={filter.state ?? ''}
        onChange={(state) => onChange({ state: state || undefined })}
        options={[
          { value: '', label: t.allStates },
          ...states.map((state) => ({ value: state, label: common.runState[state] })),
        ]}
      />
      <Select
        aria-label={t.period}
        value={period}
        onChange={(from) => onChange({ from: from || undefined, to: undefined })}
        options={periods.map((each) => ({ value: each, label: t.periods[each] }))}
      />
      {(['error', 'step'] as const).map(
        (name) =>
          filter[name] && (
            <Button
              key={name}
              onClick={() => onChange({ [name]: undefined })}
              className="min-w-0 font-normal"
            >
              <span className="truncate">{props.said[name] ?? filter[name]}</span>
              <X className="size-4" />
            </Button>
          ),
      )}
      {filtered && (
        <Button
          variant="quiet"
          onClick={() =>
            onChange({
              flow: undefined,
              state: undefined,
              from: undefined,
              to: undefined,
              error: undefined,
              step: undefined,
              q: undefined,
            })
          }
        >
          {t.clear}
        </Button>
      )}
      {props.mayEdit && filtered && !filter.q && (
        <Button
          className="col-span-2 sm:ml-auto"
          icon={<RotateCcw className="size-4" />}
          onClick={() => setBulk(true)}
        >
          {t.bulk}
        </Button>
      )}
      {bulk && (
        <Suspense fallback={null}>
          <BulkDialog filter={filter} onClose={() => setBulk(false)} />
        </Suspense>
      )}
    </div>
  )
}
