import { useId } from 'react'
import type { Source } from '../model/doc'
import { pillOf } from '../pills/value'
import { join } from '../pills/write'
import { useMapping } from './scope'
import { ValueField } from './value-field'

/** A place of the document that is a template by itself, such as the key of repeats. */
export function TemplateField(props: {
  id: string
  label: string
  value: string
  onChange: (template: string) => void
}) {
  const { table } = useMapping()
  const label = useId()
  const asText = (source: Source | undefined): string => {
    if (!source) return ''
    if ('template' in source) return source.template
    if ('literal' in source) return String(source.literal)
    return 'path' in source ? (join([{ pill: pillOf(source) }], table) ?? '') : ''
  }
  return (
    <div className="flex flex-col gap-1">
      <span id={label} className="text-[0.8125rem] text-ink-soft">
        {props.label}
      </span>
      <ValueField
        id={props.id}
        labelId={label}
        value={props.value ? { template: props.value } : undefined}
        onChange={(source) => props.onChange(asText(source))}
      />
    </div>
  )
}
