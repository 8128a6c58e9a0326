import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Input } from '@/ui/field'
import type { ControlProps } from './control'
import { useMapping } from './scope'

/** A JSONPath that gives a list: pills cannot show it, so it is written as it is. */
export function QueryControl({ field, host, wiring }: ControlProps) {
  const t = useTexts(builderTexts).mapping
  const { readOnly } = useMapping()
  const source = host.values[field.key]
  if (!source || !('path' in source)) return null
  return (
    <Input
      className="font-mono text-[0.8125rem]"
      aria-labelledby={wiring.labelId}
      aria-describedby={wiring.describedBy}
      aria-invalid={wiring.invalid || undefined}
      title={t.query}
      readOnly={readOnly}
      value={source.path}
      onChange={(event) => {
        const path = event.target.value
        host.set(field.key, path === '' ? undefined : { ...source, path })
      }}
    />
  )
}
