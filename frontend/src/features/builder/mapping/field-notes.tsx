import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import type { FieldSpec } from '../data/types'
import type { Source } from '../model/doc'
import { readValue, writeParts } from '../pills/value'
import { shown } from '../sample/tree'
import type { Host } from './host'
import { pillLabel } from './pill-label'
import { useIsTarget, useMapping, usePreviewOf } from './scope'

interface Props {
  id: string
  source: Source | undefined
  host: Host
  field: FieldSpec
}

/** Under a field: what will be sent, how often its data is empty, and a way to mend that. */
export function FieldNotes({ id, source, host, field }: Props) {
  const t = useTexts(builderTexts).mapping
  const { byPath, coverage, table, readOnly } = useMapping()
  const preview = usePreviewOf(id)
  const active = useIsTarget(id)
  if (!source || 'literal' in source || 'secret' in source) return null
  if ('object' in source || 'list' in source) return null
  const value = readValue(source, table)
  const pills =
    value.kind === 'parts' ? value.parts.flatMap((p) => ('pill' in p ? [p.pill] : [])) : []
  const bare = pills.filter((p) => p.default === undefined)
  const lacking = bare.find((p) => (coverage.get(p.path)?.empty ?? 0) > 0)
  const covered = lacking && coverage.get(lacking.path)
  const missing = covered ? lacking : bare.find((p) => pillLabel(p, byPath).missing)
  const text = shown(preview?.value, 400)
  return (
    <>
      {preview && !preview.error && (
        <p className="flex items-start gap-1.5 text-[0.8125rem] text-ink-soft">
          <ArrowRight className="mt-0.5 size-3.5 shrink-0" aria-hidden="true" />
          <span className="sr-only">{t.willSend}</span>
          <span className="min-w-0 break-words">
            {text === '' ? <em>{t.emptyNow}</em> : <span className="text-ink">{text}</span>}
          </span>
        </p>
      )}
      {preview?.error && !active && <p className="text-[0.8125rem] text-bad">{preview.error}</p>}
      {missing && (
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-[0.8125rem] text-warn">
          <span>{covered ? t.coverage(covered.empty, covered.total) : t.mayBeEmpty}</span>
          {!readOnly && (
            <DefaultInput
              label={field.label || field.key}
              onSave={(text) => {
                const parts = value.kind === 'parts' ? value.parts : []
                const next = parts.map((p) =>
                  'pill' in p && p.pill.path === missing.path
                    ? { pill: { ...p.pill, default: text } }
                    : p,
                )
                host.set(field.key, writeParts(next, table))
              }}
            />
          )}
        </div>
      )}
    </>
  )
}

function DefaultInput({ label, onSave }: { label: string; onSave: (text: string) => void }) {
  const t = useTexts(builderTexts).mapping
  const [text, setText] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (text !== '') onSave(text)
      }}
    >
      <input
        aria-label={`${t.pill.default}: ${label}`}
        placeholder={t.addDefault}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => text !== '' && onSave(text)}
        className="h-6 w-44 rounded-md border border-dashed border-warn bg-transparent px-1.5 text-ink placeholder:text-warn"
      />
    </form>
  )
}
