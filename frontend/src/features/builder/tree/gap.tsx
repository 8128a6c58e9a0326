import { Plus } from 'lucide-react'
import { lazy, memo, Suspense, useEffect, useRef, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { useBuilder, useStore } from '../store/state'
import { addAt, moveStep } from './actions'
import { dropStep } from './drag'

const AddStep = lazy(() => import('./add-step'))

interface Props {
  lane: string
  index: number
  /** The step above, or nothing at the head of a lane. */
  after: string | null
  /** The line goes on below. */
  line: boolean
}

/** The place between two steps: adds one there, takes a dragged one. */
export const Gap = memo(function Gap({ lane, index, after, line }: Props) {
  const t = useTexts(builderTexts).steps
  const store = useStore()
  const box = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const [over, setOver] = useState(false)
  const open = useBuilder((s) => s.adding?.lane === lane && s.adding.index === index)
  const near = useBuilder((s) => after !== null && s.selected === after)
  useEffect(() => {
    const to = { lane, index }
    return box.current && !store.readOnly
      ? dropStep(box.current, store, lane, setOver, (id) => moveStep(store, id, to))
      : undefined
  }, [store, lane, index])
  return (
    <div ref={box} className="flex w-full flex-col items-center" data-over={over || undefined}>
      <span className="h-3 w-px bg-line-strong/60" />
      {over && (
        <span className="my-1 rounded-lg border-2 border-dashed border-accent bg-accent-soft px-6 py-2 text-xs text-accent">
          {t.dropHere}
        </span>
      )}
      {!store.readOnly && (
        <button
          ref={button}
          type="button"
          tabIndex={near ? 0 : -1}
          aria-label={t.addHere}
          title={t.add}
          onPointerEnter={() => void import('./add-step')}
          onClick={() => addAt(store, { lane, index })}
          className={cx(
            'grid size-6 place-items-center rounded-full border bg-surface hover:border-accent hover:bg-accent hover:text-accent-ink',
            open ? 'border-accent text-accent' : 'border-line-strong text-ink-soft',
          )}
        >
          <Plus className="size-3.5" />
        </button>
      )}
      {line && <span className="h-3 w-px bg-line-strong/60" />}
      {open && (
        <Suspense fallback={null}>
          <AddStep anchor={button} place={{ lane, index }} />
        </Suspense>
      )}
    </div>
  )
})
