import { Plus } from 'lucide-react'
import { useEffect } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { useNaming } from '../data/hooks'
import { ROOT } from '../model/tree'
import { useBuilder, useStore } from '../store/state'
import { addAt } from './actions'
import { Gap } from './gap'
import { onTreeKey } from './keys'
import { LaneList } from './lane'
import { TriggerCard } from './trigger-card'

/** The flow as nested lists, from the trigger down. */
export function Tree({ sampleAt }: { sampleAt: string | null }) {
  const all = useTexts(builderTexts)
  const store = useStore()
  const naming = useNaming()
  const steps = useBuilder((s) => s.history.present.steps)
  useEffect(() => {
    // What a press of A or + needs is here before it is asked for.
    const timer = setTimeout(() => void import('./add-step'), 500)
    return () => clearTimeout(timer)
  }, [])
  const keyTexts = { removed: all.steps.removed, undo: all.undoEdit }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of lists, not of form fields.
    <div
      role="group"
      aria-label={all.steps.list}
      onKeyDown={(event) => onTreeKey(store, event, naming.name, keyTexts)}
      className="@container flex min-h-full w-full flex-col items-center px-4 pt-6 pb-24"
    >
      <TriggerCard sampleAt={sampleAt} />
      <Gap lane={ROOT} index={0} after="trigger" line={steps.length > 0} />
      <LaneList laneKey={ROOT} steps={steps} depth={0} label={all.steps.list} />
      {steps.length === 0 && !store.readOnly && (
        <Button
          icon={<Plus className="size-4" />}
          className="mt-3"
          onClick={() => addAt(store, { lane: ROOT, index: 0 })}
        >
          {all.steps.addFirst}
        </Button>
      )}
    </div>
  )
}
