import { useQuery } from '@tanstack/react-query'
import { deliveryQuery } from '@/api/events'
import { type RunFull, type RunStep, wholeStepQuery } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { size } from '@/lib/format'
import { Button } from '@/ui/button'
import { JsonView } from '@/ui/json-view'
import { ErrorState, Loading } from '@/ui/states'
import { Nothing } from './step-panel'

/** The outputs that a step could see: those of the steps that ended before it began. */
export function outputsBefore(step: RunStep, all: readonly RunStep[]): Record<string, unknown> {
  const seen: Record<string, unknown> = {}
  for (const other of all) {
    const sameItem = other.item === '' || step.item.startsWith(other.item)
    const before = other.ended_at !== null && other.ended_at <= step.started_at
    if (other !== step && sameItem && before && other.output !== null)
      seen[other.step] = { output: other.output }
  }
  return seen
}

/** What the step could take its fields from. */
export function StepInput({ step, run }: { step: RunStep; run: RunFull }) {
  const t = useTexts(runsTexts)
  const delivery = useQuery({
    ...deliveryQuery(run.event.delivery ?? ''),
    enabled: run.event.delivery !== null,
  })
  if (delivery.isLoading) return <Loading rows={2} />
  const steps = outputsBefore(step, run.steps)
  const data = {
    ...(delivery.data ? { trigger: { body: delivery.data.body.parsed } } : {}),
    ...(Object.keys(steps).length > 0 ? { steps } : {}),
  }
  if (Object.keys(data).length === 0) return <Nothing>{t.noInput}</Nothing>
  return (
    <>
      <p className="mb-2 text-[0.8125rem] text-ink-soft">{t.inputText}</p>
      <JsonView value={data} label={t.tabs.input} depth={3} />
    </>
  )
}

/** What later steps see of a step; large results are fetched when asked for. */
export function StepOutput({ step, run }: { step: RunStep; run: RunFull }) {
  const t = useTexts(runsTexts)
  const lang = useLang()
  const whole = useQuery(wholeStepQuery(run.id, step.place))
  const output = whole.data?.output ?? step.output
  if (whole.isError) return <ErrorState error={whole.error} onRetry={() => void whole.refetch()} />
  if (output === null || output === undefined)
    return step.output_bytes ? (
      <div className="py-6 text-center">
        <p className="mb-3 text-ink-soft">{t.outputLarge(size(lang, step.output_bytes))}</p>
        <Button busy={whole.isFetching} onClick={() => void whole.refetch()}>
          {t.showWhole}
        </Button>
      </div>
    ) : (
      <Nothing>{t.noOutput}</Nothing>
    )
  return <JsonView value={output} label={t.tabs.output} depth={3} />
}
