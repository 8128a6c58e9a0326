import { useId } from 'react'
import { ValueField, type ValueFieldProps } from './value-field'

/** A field of text and pills that stands alone, with its label and help. */
export function LabelledValue(
  props: Omit<ValueFieldProps, 'labelId' | 'describedBy'> & {
    label: string
    help?: string
    /** Below a heading that says most of it. */
    quiet?: boolean
  },
) {
  const { label, help, quiet, ...field } = props
  const id = useId()
  return (
    <div className="flex flex-col gap-1">
      <span id={`${id}-l`} className={quiet ? 'text-[0.8125rem] text-ink-soft' : 'font-medium'}>
        {label}
      </span>
      <ValueField {...field} labelId={`${id}-l`} describedBy={help ? `${id}-h` : undefined} />
      {help && (
        <span id={`${id}-h`} className="text-xs text-ink-soft">
          {help}
        </span>
      )}
    </div>
  )
}
