// Which widget a field has, by its kind and by what stands in it.
import { Input } from '@/ui/field'
import type { FieldSpec } from '../data/types'
import type { Source } from '../model/doc'
import { BooleanControl } from './boolean-control'
import { type Host, literalOf } from './host'
import { ListControl, MapControl, ObjectControl } from './nested-control'
import { OptionsControl } from './options-control'
import { QueryControl } from './query-control'
import { useMapping } from './scope'
import { SecretControl } from './secret-control'
import { ValueField } from './value-field'

export interface Wiring {
  id: string
  labelId: string
  describedBy?: string
  invalid: boolean
  code: boolean
}
export interface ControlProps {
  field: FieldSpec
  host: Host
  wiring: Wiring
}

export type ControlKind =
  | 'text'
  | 'fixed'
  | 'query'
  | 'secret'
  | 'boolean'
  | 'options'
  | 'object'
  | 'list'
  | 'map'

const MULTILINE = new Set(['text', 'json', 'code', 'any'])

/** Data that was mapped keeps its own widget, whatever the kind of the field. */
export function controlOf(field: FieldSpec, source: Source | undefined): ControlKind {
  if (field.secret) return 'secret'
  const choices = Boolean(field.lookup || field.options?.length)
  if (field.type === 'select' || field.type === 'multiselect' || choices) return 'options'
  if (field.type === 'boolean') return 'boolean'
  const mapped = source !== undefined && ('path' in source || 'template' in source)
  if (field.type === 'object' && (field.fields?.length || field.fields_from)) return 'object'
  if (field.type === 'list' && !mapped && field.fields?.length) return 'list'
  if (field.type === 'map' && !mapped) return 'map'
  if (source && 'path' in source && /\[\*|\.\.|\?/.test(source.path)) return 'query'
  if (source && ('object' in source || 'list' in source)) return 'object' in source ? 'map' : 'list'
  return field.mappable === false ? 'fixed' : 'text'
}

export function Control(props: ControlProps) {
  const { field, host, wiring } = props
  const source = host.values[field.key]
  const set = (next: Source | undefined) => host.set(field.key, next)
  switch (controlOf(field, source)) {
    case 'secret':
      return <SecretControl {...props} />
    case 'options':
      return <OptionsControl {...props} />
    case 'boolean':
      return <BooleanControl {...props} />
    case 'object':
      return <ObjectControl {...props} />
    case 'list':
      return <ListControl {...props} />
    case 'map':
      return <MapControl {...props} />
    case 'query':
      return <QueryControl {...props} />
    case 'fixed':
      return <FixedControl {...props} />
    case 'text':
      return (
        <ValueField
          id={wiring.id}
          labelId={wiring.labelId}
          describedBy={wiring.describedBy}
          invalid={wiring.invalid}
          code={wiring.code}
          value={source}
          onChange={set}
          multiline={MULTILINE.has(field.type ?? 'string')}
          placeholder={field.placeholder ?? undefined}
        />
      )
  }
}

/** A value that is settled when the flow is built: no data goes into it. */
function FixedControl({ field, host, wiring }: ControlProps) {
  const { readOnly } = useMapping()
  const value = literalOf(host.values[field.key])
  const number = field.type === 'integer' || field.type === 'number'
  return (
    <Input
      aria-labelledby={wiring.labelId}
      aria-describedby={wiring.describedBy}
      aria-invalid={wiring.invalid || undefined}
      readOnly={readOnly}
      inputMode={number ? 'decimal' : undefined}
      value={value === undefined || value === null ? '' : String(value)}
      placeholder={
        field.placeholder ?? (field.default === undefined ? '' : String(field.default ?? ''))
      }
      onChange={(event) => {
        const text = event.target.value
        const as = number && text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text
        host.set(field.key, text === '' ? undefined : { literal: as })
      }}
    />
  )
}
