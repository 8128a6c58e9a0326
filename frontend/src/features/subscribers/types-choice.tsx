import { useId } from 'react'
import type { EventType } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Checkbox } from '@/ui/field'

/** Which event types a subscriber wants. */
export function TypesChoice(props: {
  all: boolean
  chosen: string[]
  declared: EventType[]
  error?: string
  onChange: (change: { all?: boolean; types?: string[] }) => void
}) {
  const { all, chosen, onChange } = props
  const t = useTexts(subscribersTexts)
  const name = useId()
  // A type that was deleted meanwhile can still be taken away.
  const gone = chosen.filter((type) => !props.declared.some((each) => each.name === type))
  const rows = [
    ...props.declared.map((each) => ({ name: each.name, title: each.title })),
    ...gone.map((type) => ({ name: type, title: '' })),
  ]
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium">{t.types}</legend>
      {([true, false] as const).map((value) => (
        <label key={String(value)} className="flex min-h-6 items-center gap-2">
          <input
            type="radio"
            name={name}
            className="size-4 accent-(--accent)"
            checked={all === value}
            onChange={() => onChange({ all: value })}
          />
          {value ? t.allTypes : t.someTypes}
        </label>
      ))}
      {!all && (
        <div className="ml-6 flex max-h-52 flex-col gap-1.5 overflow-y-auto rounded-lg border border-line p-2">
          {rows.length === 0 && <p className="text-ink-soft">{t.noTypes}</p>}
          {rows.map((row) => (
            <Checkbox
              key={row.name}
              checked={chosen.includes(row.name)}
              onChange={(on) =>
                onChange({
                  types: on ? [...chosen, row.name] : chosen.filter((type) => type !== row.name),
                })
              }
            >
              <span className="font-mono text-xs break-all">{row.name}</span>
              {row.title && <span className="ml-2 text-ink-soft">{row.title}</span>}
            </Checkbox>
          ))}
        </div>
      )}
      {props.error && <p className="text-bad">{props.error}</p>}
    </fieldset>
  )
}
