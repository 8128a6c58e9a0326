import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import type { Step } from '../model/doc'
import { update } from '../model/edit'
import { useStore } from '../store/state'

/** The name of a step; a press changes it. */
export function StepTitle({ step, name }: { step: Step; name: string }) {
  const t = useTexts(builderTexts).steps.panel
  const store = useStore()
  const [text, setText] = useState<string | null>(null)
  const save = () => {
    const next = (text ?? '').trim()
    if (text !== null)
      store.edit((doc) =>
        update(doc, step.id, (s) => {
          const { name: _old, ...rest } = s
          return (next && next !== name ? { ...rest, name: next } : next ? s : rest) as Step
        }),
      )
    setText(null)
  }
  if (text !== null)
    return (
      <input
        ref={(input) => input?.focus()}
        aria-label={t.rename}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save()
          if (event.key === 'Escape') setText(null)
          event.stopPropagation()
        }}
        className="control -my-1 font-semibold"
      />
    )
  return (
    <h2 className="flex items-center gap-1 text-[0.9375rem] leading-5 font-semibold">
      <span className="min-w-0 break-words">{name}</span>
      {!store.readOnly && (
        <button
          type="button"
          aria-label={t.rename}
          title={t.rename}
          onClick={() => setText(name)}
          className="grid size-6 shrink-0 place-items-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
        >
          <Pencil className="size-3.5" />
        </button>
      )}
    </h2>
  )
}
