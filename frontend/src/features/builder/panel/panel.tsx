import { find } from '../model/tree'
import { TRIGGER, useBuilder } from '../store/state'
import { TriggerPanel } from '../trigger/trigger-panel'
import { StepPanel } from './step-panel'

/** What is selected in the tree, open. */
export function Panel() {
  const selected = useBuilder((s) => s.selected)
  const step = useBuilder((s) =>
    s.selected && s.selected !== TRIGGER ? find(s.history.present, s.selected)?.step : undefined,
  )
  if (selected === TRIGGER) return <TriggerPanel />
  return step ? <StepPanel key={step.id} step={step} /> : null
}
