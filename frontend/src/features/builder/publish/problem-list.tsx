import { useNavigate } from '@tanstack/react-router'
import { ArrowRight, CircleAlert, TriangleAlert } from 'lucide-react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useNaming, useTriggerProblem } from '../data/hooks'
import { isError, type Located } from '../model/problems'
import { find } from '../model/tree'
import { type BuilderStore, TRIGGER, useBuilder, useStore } from '../store/state'

/** Tabs of a step's panel by the key that a problem is about. */
const tabOf = (field: string) =>
  /^(retry|on_unknown|on_error|timeout)\b/.test(field) ? ('errors' as const) : ('setup' as const)

/** Opens what a problem is about. Gives the part of the editor where that is. */
function open(store: BuilderStore, { target, field }: Located): 'settings' | undefined {
  if (target === 'trigger') store.select(TRIGGER, { field })
  else if (typeof target === 'object') store.select(target.step, { tab: tabOf(field), field })
  else if (target === 'settings' || field === 'name') {
    store.set({ jump: { field, time: Date.now() } })
    return 'settings'
  }
  return undefined
}

/** What is missing, as links that jump to the field. */
export function ProblemList({ onDone }: { onDone: () => void }) {
  const all = useTexts(builderTexts)
  const t = all.publish
  const store = useStore()
  const navigate = useNavigate({ from: '/flows/$id' })
  const naming = useNaming()
  const triggerProblem = useTriggerProblem()
  const problems = useBuilder((s) => s.problems.all)
  const doc = useBuilder((s) => s.history.present)
  const errors = problems.filter(isError)
  const warnings = problems.filter((l) => !isError(l))
  const nameOf = (l: Located): string => {
    if (typeof l.target !== 'object') return l.target === 'trigger' ? all.steps.trigger : all.title
    const step = find(doc, l.target.step)?.step
    return step ? naming.name(step) : all.title
  }
  const textOf = (l: Located): string => {
    if (l.target === 'trigger') return triggerProblem(l)
    const step = typeof l.target === 'object' && find(doc, l.target.step)?.step
    return step ? naming.problem(step, l) : l.problem.message
  }
  const list = (items: Located[]) => (
    <ul className="flex flex-col">
      {items.map((l) => (
        <li key={`${l.problem.place}${l.problem.code}`}>
          <button
            type="button"
            onClick={() => {
              onDone()
              const tab = open(store, l)
              void navigate({ search: (old) => ({ ...old, tab }) })
            }}
            className="flex w-full items-start gap-2.5 rounded-lg px-2.5 py-2 text-left hover:bg-accent-soft"
          >
            {isError(l) ? (
              <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" />
            ) : (
              <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" />
            )}
            <span className="min-w-0 grow">
              <span className="block truncate text-xs text-ink-soft">{nameOf(l)}</span>
              <span className="block break-words">{textOf(l)}</span>
            </span>
            <ArrowRight className="mt-2 size-4 shrink-0 text-ink-faint" />
          </button>
        </li>
      ))}
    </ul>
  )
  if (doc.steps.length === 0 && errors.length === 0)
    return (
      <div className="p-4">
        <p className="font-semibold">{t.nothing}</p>
        <p className="mt-1 text-ink-soft">{t.nothingText}</p>
      </div>
    )
  return (
    <div className="p-1.5">
      <p className="px-2.5 pt-2 pb-1 font-semibold">{t.missingTitle}</p>
      {list(errors)}
      {warnings.length > 0 && (
        <>
          <p className="px-2.5 pt-2 pb-1 text-xs text-ink-soft">{t.warnings}</p>
          {list(warnings)}
        </>
      )}
    </div>
  )
}
