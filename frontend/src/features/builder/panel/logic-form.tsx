import type { Step } from '../model/doc'
import { update } from '../model/edit'
import { useStore } from '../store/state'
import { BranchForm } from './logic/branch-form'
import { DelayForm } from './logic/delay-form'
import { FilterForm } from './logic/filter-form'
import { LoopForm } from './logic/loop-form'
import { RespondForm } from './logic/respond-form'
import { SetForm } from './logic/set-form'

/** Changes the step of a form; `tag` makes edits of one thing in a row one step of undo. */
export function useStepEdit<T extends Step>(
  id: string,
): (change: (s: T) => T, tag?: string) => void {
  const store = useStore()
  return (change, tag) =>
    store.edit((doc) => update(doc, id, (s) => change(s as T)), tag ? `${id}.${tag}` : null)
}

/** The form of a step of logic. */
export function LogicForm({ step }: { step: Step }) {
  if ('branch' in step) return <BranchForm step={step} />
  if ('for_each' in step) return <LoopForm step={step} />
  if ('delay' in step) return <DelayForm step={step} />
  if ('set' in step) return <SetForm step={step} />
  if ('filter' in step) return <FilterForm step={step} />
  return 'respond' in step ? <RespondForm step={step} /> : null
}
