import { Plus, Trash2 } from 'lucide-react'
import { useId } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { keyed } from '@/lib/keyed'
import { Button, IconButton } from '@/ui/button'
import { Input } from '@/ui/field'
import type { Fields, Source } from '../model/doc'
import type { ControlProps } from './control'
import { DynamicFields } from './dynamic-fields'
import { FieldRow } from './field-row'
import { type Host, innerHost } from './host'
import { useMapping } from './scope'
import { ValueField } from './value-field'

const inset = 'flex flex-col gap-3 rounded-lg border border-line p-3'

/** Fields inside a field, those of the connected account too. */
export function ObjectControl({ field, host }: ControlProps) {
  const inner = innerHost(host, field.key)
  return (
    <div className={inset}>
      {field.fields?.map((child) => (
        <FieldRow key={child.key} field={child} host={inner} />
      ))}
      {field.fields_from && <DynamicFields host={inner} known={field.fields ?? []} field={field} />}
    </div>
  )
}

/** Items of a list, each with the fields of the item. */
export function ListControl({ field, host }: ControlProps) {
  const t = useTexts(builderTexts).mapping.list
  const { readOnly } = useMapping()
  const source = host.values[field.key]
  const literal =
    source && 'literal' in source && Array.isArray(source.literal) ? source.literal : []
  const items: Source[] = source && 'list' in source ? source.list : literal.map((v) => asSource(v))
  const fields = field.fields ?? []
  const put = (next: Source[]) =>
    host.set(
      field.key,
      next.length === 0 ? undefined : field.mappable === false ? asLiteral(next) : { list: next },
    )
  return (
    <div className="flex flex-col gap-2">
      {keyed(items).map(({ item, index, key }) => {
        const values: Fields = 'object' in item ? item.object : {}
        const own: Host = {
          prefix: `${host.prefix}.${field.key}.${index}`,
          values,
          set: (name, next) => {
            const { [name]: _old, ...rest } = values
            put(items.with(index, { object: next ? { ...rest, [name]: next } : rest }))
          },
        }
        return (
          <div key={key} className={inset}>
            <div className="-mb-2 flex items-center justify-between">
              <span className="text-xs text-ink-soft">{t.item(index + 1)}</span>
              {!readOnly && (
                <IconButton
                  label={`${t.remove}: ${t.item(index + 1)}`}
                  size="sm"
                  onClick={() => put(items.filter((_, i) => i !== index))}
                >
                  <Trash2 className="size-4" />
                </IconButton>
              )}
            </div>
            {fields.map((child) => (
              <FieldRow key={child.key} field={child} host={own} />
            ))}
          </div>
        )
      })}
      {!readOnly && (
        <Button
          size="sm"
          className="self-start"
          icon={<Plus className="size-4" />}
          onClick={() => put([...items, { object: {} }])}
        >
          {t.add}
        </Button>
      )}
    </div>
  )
}

function asSource(value: unknown): Source {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { literal: value as never }
  return {
    object: Object.fromEntries(Object.entries(value).map(([k, v]) => [k, { literal: v as never }])),
  }
}

/** A list of fixed values as one literal, for fields that take no data. */
function asLiteral(items: Source[]): Source {
  const plain = (source: Source): never => {
    if ('literal' in source) return source.literal as never
    if ('object' in source)
      return Object.fromEntries(
        Object.entries(source.object).map(([k, v]) => [k, plain(v)]),
      ) as never
    return null as never
  }
  return { literal: items.map(plain) }
}

/** Names and values that the user makes up. */
export function MapControl({ field, host, wiring }: ControlProps) {
  const t = useTexts(builderTexts).mapping.map
  const list = useTexts(builderTexts).mapping.list
  const { readOnly } = useMapping()
  const id = useId()
  const source = host.values[field.key]
  const entries = Object.entries(source && 'object' in source ? source.object : {})
  const put = (next: [string, Source][]) =>
    host.set(field.key, next.length > 0 ? { object: Object.fromEntries(next) } : undefined)
  return (
    <div className="flex flex-col gap-2">
      {keyed(entries).map(({ item: [key, value], index, key: place }) => (
        <div key={place} className="flex items-start gap-2">
          <Input
            aria-label={t.key}
            className="w-32 shrink-0"
            readOnly={readOnly}
            value={key}
            onChange={(event) => put(entries.with(index, [event.target.value, value]))}
          />
          <span id={`${id}-${index}`} className="sr-only">
            {`${t.value}: ${key}`}
          </span>
          <div className="min-w-0 grow">
            <ValueField
              id={`${wiring.id}.${key}`}
              labelId={`${id}-${index}`}
              value={value}
              onChange={(next) => put(entries.with(index, [key, next ?? { literal: '' }]))}
            />
          </div>
          {!readOnly && (
            <IconButton
              label={`${list.remove}: ${key}`}
              onClick={() => put(entries.filter((_, i) => i !== index))}
            >
              <Trash2 className="size-4" />
            </IconButton>
          )}
        </div>
      ))}
      {!readOnly && (
        <Button
          size="sm"
          className="self-start"
          icon={<Plus className="size-4" />}
          onClick={() => put([...entries, [freeName(entries), { literal: '' }]])}
        >
          {t.add}
        </Button>
      )}
    </div>
  )
}

function freeName(entries: [string, Source][]): string {
  for (let n = entries.length + 1; ; n += 1) {
    if (!entries.some(([key]) => key === `name_${n}`)) return `name_${n}`
  }
}
