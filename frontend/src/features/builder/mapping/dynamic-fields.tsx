import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useRef, useState } from 'react'
import { api } from '@/api/client'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { useErrorText } from '@/ui/states'
import { listOf } from '../data/lists'
import type { FieldSpec } from '../data/types'
import { LazyPopover } from '../panel/lazy-popover'
import { PickList } from '../panel/pick-list'
import { isEmpty } from '../pills/value'
import { FieldRow } from './field-row'
import type { Host } from './host'
import { useLacksAccount, useMayAsk, useStepConnection } from './options-control'
import { useMapping } from './scope'

/** Fields that the user's account has of its own: those in use, and a search for the others. */
export function DynamicFields(props: { host: Host; known: FieldSpec[]; field: FieldSpec }) {
  const { host, known } = props
  const t = useTexts(builderTexts).mapping
  const errorText = useErrorText()
  const { readOnly } = useMapping()
  const { connector, action, connection } = useStepConnection()
  const lacks = useLacksAccount()
  const mayAsk = useMayAsk()
  const [open, setOpen] = useState(false)
  const [query, setQuery] = useState('')
  const [added, setAdded] = useState<string[]>([])
  const input = useRef<HTMLInputElement>(null)
  const anchor = useRef<HTMLButtonElement>(null)
  const asked = useQuery({
    queryKey: ['fields', connector, action, connection, props.field.key],
    queryFn: async ({ signal }) => {
      const body = { connection, action, field: props.field.key, input: {} }
      const path = `/connectors/${connector}/fields`
      return listOf(await api.post<FieldSpec[] | { items: FieldSpec[] }>(path, { body, signal }))
    },
    enabled: mayAsk,
    staleTime: 300_000,
    retry: false,
  })
  const taken = new Set(known.map((f) => f.key))
  const all = (asked.data ?? []).filter((f) => !taken.has(f.key))
  const used = Object.keys(host.values).filter((k) => !taken.has(k) && !isEmpty(host.values[k]))
  const shownKeys = [...new Set([...used, ...added])]
  const specOf = (key: string): FieldSpec => all.find((f) => f.key === key) ?? { key, label: key }
  const needle = query.toLowerCase()
  const items = all
    .filter((f) => !shownKeys.includes(f.key))
    .filter((f) => `${f.label} ${f.key}`.toLowerCase().includes(needle))
    .map((f) => ({
      id: f.key,
      title: f.label || f.key,
      sub: f.key,
      onPick: () => {
        setAdded([...added, f.key])
        setOpen(false)
      },
    }))
  return (
    <>
      {shownKeys.map((key) => (
        <FieldRow key={key} field={specOf(key)} host={host} />
      ))}
      {lacks && <p className="text-[0.8125rem] text-ink-soft">{t.needsConnection}</p>}
      {asked.isFetching && <p className="text-[0.8125rem] text-ink-soft">{t.dynamic.loading}</p>}
      {asked.isError && (
        <p className="text-[0.8125rem] text-bad">{`${t.optionsFailed}: ${errorText(asked.error)}`}</p>
      )}
      {!readOnly && all.length > 0 && (
        <>
          <Button
            ref={anchor}
            size="sm"
            className="self-start"
            icon={<Plus className="size-4" />}
            onClick={() => setOpen(true)}
          >
            {t.dynamic.add}
          </Button>
          <LazyPopover
            open={open}
            onOpenChange={setOpen}
            anchor={anchor}
            label={t.dynamic.title}
            initialFocus={input}
            className="w-80"
          >
            <PickList
              label={t.dynamic.search}
              query={query}
              onQuery={setQuery}
              groups={[{ heading: t.dynamic.title, items }]}
              none={t.data.none}
              input={input}
            />
          </LazyPopover>
        </>
      )}
    </>
  )
}
