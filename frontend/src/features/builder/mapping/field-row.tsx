import { Braces, CircleAlert } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { Markdown } from '@/ui/markdown'
import type { FieldSpec } from '../data/types'
import { isError, ofField } from '../model/problems'
import { readValue } from '../pills/value'
import { TRIGGER, useBuilder } from '../store/state'
import { Control, controlOf } from './control'
import { FieldNotes } from './field-notes'
import type { Host } from './host'
import { useIsTarget, useMapping } from './scope'

/** One field of a form: its name, what stands in it, what it will be and what is wrong with it. */
export function FieldRow({ field, host }: { field: FieldSpec; host: Host }) {
  const t = useTexts(builderTexts).mapping
  const scope = useMapping()
  const id = useId()
  const key = `${host.prefix}.${field.key}`
  const box = useRef<HTMLDivElement>(null)
  const [code, setCode] = useState(false)
  const problems = useBuilder((s) =>
    scope.step === TRIGGER ? s.problems.trigger : s.problems.steps.get(scope.step),
  )
  const jump = useBuilder((s) => s.jump)
  const source = host.values[field.key]
  const value = readValue(source, scope.table)
  // A tag that is being typed is no code yet.
  const active = useIsTarget(key)
  const mustCode = !active && (value.kind === 'code' || value.kind === 'query')
  const control = controlOf(field, source)
  const wrong = ofField(problems, key)
  const label = field.label || field.key
  useEffect(() => {
    if (!jump || !(jump.field === key || jump.field.startsWith(`${key}.`))) return
    box.current?.scrollIntoView({ block: 'center' })
    const inner = '[role=textbox], .cm-content, input, select, textarea, button'
    box.current?.querySelector<HTMLElement>(`[data-control] :is(${inner})`)?.focus()
  }, [jump, key])
  if (field.type === 'info')
    return <Markdown text={field.help ?? label} className="text-[0.8125rem] text-ink-soft" />
  const describedBy = [field.help ? `${id}-h` : '', wrong.length > 0 ? `${id}-e` : '']
    .filter(Boolean)
    .join(' ')
  return (
    <div ref={box} className="flex scroll-m-4 flex-col gap-1">
      <div className="flex min-h-6 items-center gap-2">
        <span id={`${id}-l`} className="min-w-0 grow font-medium">
          {label}
          {field.required && (
            <span className="ml-0.5 text-bad" aria-hidden="true">
              {'*'}
            </span>
          )}
        </span>
        {control === 'text' && (source !== undefined || code) && (
          <button
            type="button"
            aria-pressed={code || mustCode}
            disabled={mustCode}
            title={mustCode ? t.codeNote : code ? t.pills : t.codeTitle}
            aria-label={`${code ? t.pills : t.codeTitle}: ${label}`}
            onClick={() => setCode(!code)}
            className={cx(
              'grid size-6 place-items-center rounded-md text-ink-faint hover:bg-hover hover:text-ink',
              (code || mustCode) && 'bg-accent-soft text-accent',
            )}
          >
            <Braces className="size-3.5" />
          </button>
        )}
      </div>
      <div data-control>
        <Control
          field={field}
          host={host}
          wiring={{
            id: key,
            labelId: `${id}-l`,
            describedBy: describedBy || undefined,
            invalid: wrong.some(isError),
            code: code || mustCode,
          }}
        />
      </div>
      {wrong.map((l) => (
        <p
          key={`${l.field}${l.problem.code}`}
          id={`${id}-e`}
          className={cx(
            'flex items-start gap-1.5 text-[0.8125rem]',
            isError(l) ? 'text-bad' : 'text-warn',
          )}
        >
          <CircleAlert className="mt-0.5 size-3.5 shrink-0" />
          {l.problem.message}
        </p>
      ))}
      <FieldNotes id={key} source={source} host={host} field={field} />
      {field.help && (
        <div id={`${id}-h`}>
          <Markdown text={field.help} className="text-xs text-ink-soft" />
        </div>
      )}
    </div>
  )
}
