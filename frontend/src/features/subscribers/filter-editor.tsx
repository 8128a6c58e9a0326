import { Plus, Trash2 } from 'lucide-react'
import { subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button, IconButton } from '@/ui/button'
import { Input } from '@/ui/field'
import { Select } from '@/ui/select'
import { type Comparison, type Filter, type Op, ops, takesValue } from './filter'

const exampleField = 'order.total'

/** Comparisons of fields of the payload. */
export function FilterEditor(props: {
  filter: Filter
  /** Fields that the samples of the chosen types have. */
  fields: string[]
  error?: string
  onChange: (filter: Filter) => void
}) {
  const { filter, onChange } = props
  const t = useTexts(subscribersTexts)
  const put = (index: number, change: Partial<Comparison>) =>
    onChange({
      ...filter,
      rows: filter.rows.map((row, at) => (at === index ? { ...row, ...change } : row)),
    })
  return (
    <div className="flex flex-col gap-2">
      {filter.rows.length > 1 && (
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-ink-soft">{t.filterMatch}</span>
          <Select
            aria-label={t.filterMatch}
            value={filter.mode}
            onChange={(mode) => onChange({ ...filter, mode: mode as Filter['mode'] })}
            options={[
              { value: 'all', label: t.filterAll },
              { value: 'any', label: t.filterAny },
            ]}
          />
        </div>
      )}
      <datalist id="subscriber-fields">
        {props.fields.map((field) => (
          <option key={field} value={field} />
        ))}
      </datalist>
      {filter.rows.map((row, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a comparison has nothing else of its own.
          key={index}
          className="flex items-start gap-1 rounded-lg bg-sunken p-2"
        >
          <div className="grid min-w-0 grow gap-2 sm:grid-cols-[minmax(0,3fr)_minmax(0,3fr)_minmax(0,3fr)]">
            <Input
              className="font-mono text-xs"
              aria-label={t.filterPath}
              placeholder={exampleField}
              list="subscriber-fields"
              value={row.path}
              onChange={(event) => put(index, { path: event.target.value })}
            />
            <Select
              aria-label={t.filterOp}
              className="w-full"
              value={row.op}
              onChange={(op) => put(index, { op: op as Op })}
              options={ops.map((op) => ({ value: op, label: t.ops[op] }))}
            />
            {takesValue(row.op) && (
              <Input
                aria-label={t.filterValue}
                placeholder={t.value}
                value={row.value}
                onChange={(event) => put(index, { value: event.target.value })}
              />
            )}
          </div>
          <IconButton
            label={`${t.filterRemove} ${index + 1}`}
            onClick={() =>
              onChange({ ...filter, rows: filter.rows.filter((_, at) => at !== index) })
            }
          >
            <Trash2 className="size-4" />
          </IconButton>
        </div>
      ))}
      {props.error && <p className="text-bad [overflow-wrap:anywhere]">{props.error}</p>}
      <Button
        size="sm"
        className="self-start"
        icon={<Plus className="size-4" />}
        onClick={() =>
          onChange({
            ...filter,
            rows: [...filter.rows, { path: '', op: 'equals', value: '' }],
          })
        }
      >
        {t.filterAdd}
      </Button>
    </div>
  )
}
