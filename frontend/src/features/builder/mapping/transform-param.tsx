import { useId, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Select } from '@/ui/select'
import type { TransformParam as Param } from '../data/types'
import type { Json } from '../model/doc'
import { shown } from '../sample/tree'

interface Props {
  param: Param
  value: Json | undefined
  onChange: (value: Json | undefined) => void
}

const isJson = (type: string) => type === 'list' || type === 'map' || type === 'any'

/** What was typed, as the value that a parameter takes; undefined while it is none. */
export function readParam(type: string, text: string): Json | undefined {
  if (text === '') return undefined
  if (type === 'number' || type === 'integer') {
    const number = Number(text.replace(',', '.'))
    return Number.isFinite(number) ? number : undefined
  }
  if (!isJson(type)) return text
  try {
    return JSON.parse(text) as Json
  } catch {
    return type === 'any' ? text : undefined
  }
}

const asText = (value: Json | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : shown(value, 4000)

/** One parameter of a function. */
export function TransformParam({ param, value, onChange }: Props) {
  const t = useTexts(builderTexts).mapping
  const id = useId()
  const [text, setText] = useState(() => asText(value))
  const wrong = text !== '' && readParam(param.type, text) === undefined
  return (
    <div className="mb-1 grid grid-cols-[minmax(0,1fr)_8rem] items-center gap-2 text-[0.8125rem]">
      <label htmlFor={id} className="text-ink-soft">
        {param.title || param.name}
        {param.required && <span className="ml-1 text-bad">{`(${t.pill.required})`}</span>}
      </label>
      {param.type === 'choice' || param.type === 'bool' ? (
        <Select
          id={id}
          value={asText(value)}
          onChange={(next) =>
            onChange(next === '' ? undefined : param.type === 'bool' ? next === 'true' : next)
          }
          options={[
            { value: '', label: t.unset },
            ...(param.type === 'bool'
              ? [
                  { value: 'true', label: t.yes },
                  { value: 'false', label: t.no },
                ]
              : (param.values ?? []).map((v) => ({ value: v, label: v }))),
          ]}
        />
      ) : (
        <input
          id={id}
          className="control h-8 min-h-8"
          value={text}
          aria-invalid={wrong || undefined}
          title={wrong ? t.pill.wrongJson : undefined}
          onChange={(event) => {
            setText(event.target.value)
            const next = readParam(param.type, event.target.value)
            if (next !== undefined || event.target.value === '') onChange(next)
          }}
        />
      )}
    </div>
  )
}
