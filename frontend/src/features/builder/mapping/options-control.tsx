import { useQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import { builderTexts, commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { IconButton } from '@/ui/button'
import { Select } from '@/ui/select'
import { useErrorText } from '@/ui/states'
import { connectionsQuery } from '../data/queries'
import type { Option } from '../data/types'
import { type Json, readAction, readConnector } from '../model/doc'
import { find } from '../model/tree'
import { TRIGGER, useBuilder } from '../store/state'
import type { ControlProps } from './control'
import { literalOf, lookupParams } from './host'
import { useMapping } from './scope'
import { ToggleSource } from './toggle-source'
import { useSettled } from './use-preview'
import { ValueField } from './value-field'

const Combobox = lazy(() => import('@/ui/combobox').then((m) => ({ default: m.Combobox })))

/** The connector and connection of the step that is being edited. */
export function useStepConnection(): { connector: string; action: string; connection?: string } {
  const { step } = useMapping()
  const doc = useBuilder((s) => s.history.present)
  if (step === TRIGGER) {
    const { connector } = readConnector(doc.trigger.connector)
    return { connector, action: doc.trigger.event, connection: doc.trigger.connection }
  }
  const found = find(doc, step)?.step
  if (!found || !('action' in found)) return { connector: '', action: '' }
  const ref = readAction(found.action)
  return { connector: ref.connector, action: ref.key, connection: found.connection }
}

/** Whether the step has no account, or names one that is not here: a flow from elsewhere. */
export function useLacksAccount(): boolean {
  const { step } = useMapping()
  const { connection } = useStepConnection()
  const unknown = useBuilder((s) =>
    (step === TRIGGER ? s.problems.trigger : s.problems.steps.get(step))?.some(
      (l) => l.field === 'connection' && l.problem.code === 'connection_missing',
    ),
  )
  const all = useQuery(connectionsQuery()).data
  // One that was chosen just now is here, whatever the server has said of the draft before.
  const here = all?.some((each) => each.id === connection || each.name === connection)
  return !connection || (unknown === true && !here)
}

/** Whether the account of the step can be asked: one that does not work only refuses. */
export function useMayAsk(): boolean {
  const { connection } = useStepConnection()
  const lacks = useLacksAccount()
  const all = useQuery(connectionsQuery())
  const mine = all.data?.find((each) => each.id === connection || each.name === connection)
  // Not before it is known; what is not among those listed may work.
  return !lacks && !all.isPending && mine?.state !== 'broken'
}

/** Options that the connected account gives. */
function useLookup({ field, host }: ControlProps, search: string) {
  const { connector, connection } = useStepConnection()
  const mayAsk = useMayAsk()
  const lookup = field.lookup
  const params = lookupParams(lookup?.params, host.values)
  const text = useSettled(lookup?.search ? search : '', 250)
  return useQuery({
    queryKey: ['options', connector, connection, lookup?.name, params, text],
    queryFn: async ({ signal }) => {
      const body = { connection, lookup: lookup?.name, params, search: text || undefined }
      const path = `/connectors/${connector}/options`
      return (await api.post<{ items: Option[] }>(path, { body, signal })).items
    },
    enabled: Boolean(lookup) && mayAsk,
    staleTime: 300_000,
    retry: false,
  })
}

const keyOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A choice from a list, from the connected account too, or a value from the data. */
export function OptionsControl(props: ControlProps) {
  const { field, host, wiring } = props
  const t = useTexts(builderTexts).mapping
  const common = useTexts(commonTexts)
  const errorText = useErrorText()
  const { readOnly } = useMapping()
  const lacks = useLacksAccount()
  const [search, setSearch] = useState('')
  const source = host.values[field.key]
  const [data, setData] = useState(source !== undefined && !('literal' in source))
  const asked = useLookup(props, search)
  const given = literalOf(source) ?? field.default ?? null
  const options = field.lookup ? (asked.data ?? []) : (field.options ?? [])
  const chosen = given === null || given === '' ? null : keyOf(given)
  const listed = options.map((o) => ({ value: keyOf(o.value), label: o.label }))
  // What was chosen before the list was asked for is still shown.
  if (chosen !== null && !listed.some((o) => o.value === chosen))
    listed.unshift({ value: chosen, label: chosen })
  const pick = (key: string | null) => {
    const option = options.find((o) => keyOf(o.value) === key)
    host.set(field.key, key === null || key === '' ? undefined : { literal: option?.value ?? key })
  }
  const needs = field.lookup && lacks
  return (
    <div className="flex items-start gap-1">
      <div className="min-w-0 grow">
        {data ? (
          <ValueField {...wiring} value={source} onChange={(next) => host.set(field.key, next)} />
        ) : field.lookup ? (
          <Suspense fallback={null}>
            <Combobox
              label={field.label || field.key}
              value={chosen}
              onChange={pick}
              options={listed}
              placeholder={needs ? t.needsConnection : asked.isFetching ? common.loading : t.choose}
              disabled={readOnly || Boolean(needs)}
              invalid={wiring.invalid}
              onSearch={field.lookup.search ? setSearch : undefined}
            />
          </Suspense>
        ) : (
          <Select
            className="w-full"
            aria-labelledby={wiring.labelId}
            aria-describedby={wiring.describedBy}
            aria-invalid={wiring.invalid || undefined}
            disabled={readOnly}
            value={chosen ?? ''}
            onChange={pick}
            options={[
              ...(field.default === undefined ? [{ value: '', label: t.choose }] : []),
              ...listed,
            ]}
          />
        )}
        {!data && asked.isError && (
          <p className="mt-1 text-[0.8125rem] text-bad">{`${t.optionsFailed}: ${errorText(asked.error)}`}</p>
        )}
      </div>
      {!data && field.lookup && !lacks && (
        <IconButton label={t.refresh} busy={asked.isFetching} onClick={() => void asked.refetch()}>
          <RefreshCw className="size-4" />
        </IconButton>
      )}
      {field.mappable !== false && (
        <ToggleSource
          data={data}
          onChange={(next) => {
            setData(next)
            host.set(field.key, undefined)
          }}
        />
      )}
    </div>
  )
}
