import { ChevronDown, ChevronRight } from 'lucide-react'
import { Fragment, memo, startTransition, useEffect, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import type { Step } from '../model/doc'
import { type Lane, lanesOf, subtree } from '../model/tree'
import { useBuilder, useStore } from '../store/state'
import { Gap } from './gap'
import { StepCard } from './step-card'
import { laneName } from './step-menu'

interface LaneProps {
  laneKey: string
  steps: Step[]
  depth: number
  label?: string
}

/** Steps that are drawn at once, more than fit on a screen; the others follow in such heaps. */
const HEAP = 16

/** How many of a long list are drawn already. What is in sight does not wait for the rest. */
function useGrowing(total: number): number {
  const [drawn, setDrawn] = useState(HEAP)
  useEffect(() => {
    if (drawn >= total) return
    // After the paint of what is there.
    const timer = setTimeout(() => startTransition(() => setDrawn(drawn + HEAP)))
    return () => clearTimeout(timer)
  }, [drawn, total])
  return drawn
}

/** A list of steps with the places between them. */
export const LaneList = memo(function LaneList({ laneKey, steps, depth, label }: LaneProps) {
  const drawn = useGrowing(steps.length)
  return (
    <ol aria-label={label} className="flex w-full flex-col items-center">
      {steps.slice(0, drawn).map((step, index) => (
        <li key={step.id} className="flex w-full flex-col items-center">
          <div className={depth === 0 ? 'w-88 max-w-full' : 'w-full'}>
            <StepCard step={step} number={index} total={steps.length} />
          </div>
          <Inside step={step} depth={depth} />
          <Gap lane={laneKey} index={index + 1} after={step.id} line={index < steps.length - 1} />
        </li>
      ))}
    </ol>
  )
})

/** Wide enough for the arms to stand side by side: by the room of the tree, not of the page. */
const beside: Record<number, string> = {
  2: '@min-[34rem]:flex-row @min-[34rem]:justify-center @min-[34rem]:gap-4 @min-[34rem]:border-t',
  3: '@min-[53rem]:flex-row @min-[53rem]:justify-center @min-[53rem]:gap-4 @min-[53rem]:border-t',
}
const besideArm: Record<number, string> = {
  2: '@min-[34rem]:w-auto @min-[34rem]:items-center @min-[34rem]:border-l-0 @min-[34rem]:pl-0',
  3: '@min-[53rem]:w-auto @min-[53rem]:items-center @min-[53rem]:border-l-0 @min-[53rem]:pl-0',
}

/** What stands inside a step: its arms, the body of a loop, what runs instead of a failure. */
const Inside = memo(function Inside({ step, depth }: { step: Step; depth: number }) {
  const t = useTexts(builderTexts).steps
  const store = useStore()
  const folded = useBuilder((s) => s.folded.has(step.id))
  const inner = lanesOf(step)
  if (inner.length === 0) return null
  const count = subtree(step).length - 1
  const wide = depth === 0 && inner.length > 1 ? inner.length : 0
  return (
    <Fragment>
      <button
        type="button"
        tabIndex={-1}
        aria-expanded={!folded}
        aria-label={folded ? t.unfold(count) : t.fold}
        title={folded ? t.unfold(count) : t.fold}
        onClick={() => store.fold(step.id)}
        className={cx(
          'flex h-6 min-w-6 items-center justify-center gap-1 rounded-full text-xs text-ink-soft hover:bg-hover hover:text-ink',
          folded && 'mt-1 bg-line px-2',
        )}
      >
        {folded ? <ChevronRight className="size-3.5" /> : <ChevronDown className="size-3.5" />}
        {folded && t.unfold(count)}
      </button>
      {!folded && (
        <div
          className={cx(
            'flex max-w-full flex-col gap-3 border-line-strong/60',
            wide ? beside[wide] : undefined,
          )}
        >
          {inner.map((lane) => (
            <ArmColumn key={lane.key} step={step} lane={lane} depth={depth} wide={wide} />
          ))}
        </div>
      )}
    </Fragment>
  )
})

function ArmColumn(props: { step: Step; lane: Lane; depth: number; wide: number }) {
  const { step, lane, depth, wide } = props
  const t = useTexts(builderTexts).steps
  const name = laneName(step, lane, t)
  return (
    <div
      className={cx(
        'flex w-full min-w-0 flex-col items-start border-l border-line-strong/60 pl-3',
        wide ? besideArm[wide] : undefined,
      )}
    >
      <span
        className={cx(
          'mt-2 max-w-64 truncate rounded-md px-2.5 py-0.5 text-xs font-medium',
          lane.slot === 'error' ? 'bg-bad-soft text-bad' : 'bg-line text-ink',
        )}
      >
        {name}
      </span>
      <div
        className={cx(
          'flex max-w-full flex-col items-center',
          wide ? 'w-72 @min-[34rem]:@max-[40rem]:w-64' : 'w-72',
        )}
      >
        <Gap lane={lane.key} index={0} after={null} line={lane.steps.length > 0} />
        <LaneList laneKey={lane.key} steps={lane.steps} depth={depth + 1} label={name} />
      </div>
    </div>
  )
}
