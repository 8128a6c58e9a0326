import type { Source } from '../model/doc'
import { pillOf } from '../pills/value'
import { join } from '../pills/write'
import { LabelledValue } from './labelled-value'
import { useMapping } from './scope'

/** A place of the document that is a template by itself, such as the key of repeats. */
export function TemplateField(props: {
  id: string
  label: string
  value: string
  onChange: (template: string) => void
}) {
  const { table } = useMapping()
  const asText = (source: Source | undefined): string => {
    if (!source) return ''
    if ('template' in source) return source.template
    if ('literal' in source) return String(source.literal)
    return 'path' in source ? (join([{ pill: pillOf(source) }], table) ?? '') : ''
  }
  return (
    <LabelledValue
      id={props.id}
      label={props.label}
      quiet
      value={props.value ? { template: props.value } : undefined}
      onChange={(source) => props.onChange(asText(source))}
    />
  )
}
