import { useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Select } from '@/ui/select'
import type { ControlProps } from './control'
import { literalOf } from './host'
import { useMapping } from './scope'
import { ToggleSource } from './toggle-source'
import { ValueField } from './value-field'

/** Yes, no, or a value from the data. */
export function BooleanControl({ field, host, wiring }: ControlProps) {
  const t = useTexts(builderTexts).mapping
  const { readOnly } = useMapping()
  const source = host.values[field.key]
  const mapped = source !== undefined && !('literal' in source)
  const [data, setData] = useState(mapped)
  const value = literalOf(source)
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 grow">
        {data ? (
          <ValueField {...wiring} value={source} onChange={(next) => host.set(field.key, next)} />
        ) : (
          <Select
            className="w-full"
            aria-labelledby={wiring.labelId}
            aria-describedby={wiring.describedBy}
            aria-invalid={wiring.invalid || undefined}
            disabled={readOnly}
            value={value === undefined ? '' : String(value)}
            onChange={(next) =>
              host.set(field.key, next === '' ? undefined : { literal: next === 'true' })
            }
            options={[
              { value: '', label: t.unset },
              { value: 'true', label: t.yes },
              { value: 'false', label: t.no },
            ]}
          />
        )}
      </div>
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
