import { GripVertical, MoreHorizontal } from 'lucide-react'
import { memo, useEffect, useRef } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { MenuButton } from '@/ui/menu'
import { useNaming } from '../data/hooks'
import type { Step } from '../model/doc'
import { isError } from '../model/problems'
import { useBuilder, useStore } from '../store/state'
import { dragStep } from './drag'
import { type Condition, StateIcon, StepIcon } from './icons'
import { stepMenu } from './step-menu'

interface Props {
  step: Step
  number: number
  total: number
}

/** A step in the tree. It is drawn anew only when the step itself or its problems change. */
export const StepCard = memo(function StepCard({ step, number, total }: Props) {
  const all = useTexts(builderTexts)
  const t = all.steps
  const store = useStore()
  const naming = useNaming()
  const selected = useBuilder((s) => s.selected === step.id)
  const problems = useBuilder((s) => s.problems.steps.get(step.id))
  const tested = useBuilder((s) => s.tested.has(step.id))
  const first = useBuilder((s) => (s.selected === null ? number === 0 : false))
  const card = useRef<HTMLDivElement>(null)
  useEffect(
    () => (card.current && !store.readOnly ? dragStep(card.current, step.id) : undefined),
    [step.id, store],
  )
  const errors = problems?.filter(isError) ?? []
  const state: Condition = step.disabled
    ? 'off'
    : errors.length > 0
      ? 'problem'
      : problems?.length
        ? 'warning'
        : tested
          ? 'tested'
          : 'ready'
  const name = naming.name(step)
  const trouble = step.disabled ? undefined : (errors[0] ?? problems?.[0])
  return (
    <div
      ref={card}
      className={cx(
        'group relative flex w-full items-center rounded-xl border bg-surface shadow-card transition-shadow hover:shadow-pop',
        selected ? 'border-accent ring-2 ring-accent ring-inset' : 'border-line-strong/50',
        step.disabled && 'border-dashed opacity-75',
      )}
    >
      <button
        type="button"
        data-step={step.id}
        tabIndex={selected || first ? 0 : -1}
        aria-current={selected ? 'step' : undefined}
        aria-label={`${t.position(number + 1, total)}: ${name}. ${t.state[state]}. ${trouble ? naming.problem(step, trouble) : naming.summary(step)}`}
        onClick={() => store.select(step.id)}
        className="flex min-h-15 min-w-0 grow items-center gap-3 rounded-xl py-2.5 pr-0.5 pl-3 text-left"
      >
        <StepIcon step={step} found={naming.find(step)} />
        <span className="min-w-0 grow">
          <span className="line-clamp-2 font-semibold break-words">{name}</span>
          <span
            className={cx(
              'block truncate text-xs',
              trouble && state === 'problem' ? 'text-bad' : 'text-ink-soft',
            )}
          >
            {trouble ? naming.problem(step, trouble) : naming.summary(step)}
          </span>
        </span>
        <StateIcon state={state} label={t.state[state]} />
      </button>
      {!store.readOnly && (
        <>
          <GripVertical className="pointer-events-none absolute top-1/2 left-0 size-3.5 -translate-y-1/2 text-ink-faint opacity-0 group-hover:opacity-100" />
          <MenuButton
            variant="quiet"
            size="sm"
            aria-label={t.menu(name)}
            title={t.menu(name)}
            tabIndex={selected ? 0 : -1}
            className="mr-1 size-6 shrink-0 px-0"
            items={() => stepMenu(store, step.id, naming.name, all)}
          >
            <MoreHorizontal className="size-4" />
          </MenuButton>
        </>
      )}
    </div>
  )
})
