import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { DeliveryFilter } from '@/api/events'
import { flowNamesQuery } from '@/api/flows'
import type { Verdict } from '@/api/types'
import { commonTexts, eventsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { SearchBox } from '@/ui/search-box'
import { Select } from '@/ui/select'

const verdicts: Verdict[] = [
  'run',
  'held',
  'rejected',
  'refused',
  'duplicate',
  'probe',
  'filtered',
  'stale',
  'test',
  'temporary',
  'dropped',
]

export function Filters(props: {
  filter: DeliveryFilter
  onChange: (change: DeliveryFilter) => void
}) {
  const { filter, onChange } = props
  const t = useTexts(eventsTexts)
  const common = useTexts(commonTexts)
  const flows = useQuery(flowNamesQuery)
  const onSearch = useCallback((q: string) => onChange({ q: q || undefined }), [onChange])
  return (
    <div className="mb-3 grid grid-cols-2 gap-2">
      <SearchBox
        value={filter.q ?? ''}
        onChange={onSearch}
        label={t.search}
        className="col-span-2"
      />
      <Select
        aria-label={t.flow}
        value={filter.flow ?? ''}
        onChange={(flow) => onChange({ flow: flow || undefined })}
        options={[
          { value: '', label: t.allFlows },
          ...(flows.data ?? []).map((flow) => ({ value: flow.id, label: flow.name })),
        ]}
      />
      <Select
        aria-label={t.verdict}
        value={filter.verdict ?? ''}
        onChange={(verdict) => onChange({ verdict: verdict || undefined })}
        options={[
          { value: '', label: t.allVerdicts },
          ...verdicts.map((verdict) => ({ value: verdict, label: common.verdict[verdict] })),
        ]}
      />
    </div>
  )
}
