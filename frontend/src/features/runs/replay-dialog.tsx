import { type ReactNode, useId, useState } from 'react'
import type { ReplayOrder, RunFull, RunStep } from '@/api/runs'
import { commonTexts, runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Checkbox } from '@/ui/field'
import { Select } from '@/ui/select'
import { hasActed, useReplay } from './actions'
import { useStepFacts } from './names'

function Radio(props: {
  name: string
  checked: boolean
  onChoose: () => void
  children: ReactNode
}) {
  return (
    <label className="flex min-h-7 items-center gap-2">
      <input
        type="radio"
        name={props.name}
        checked={props.checked}
        onChange={props.onChoose}
        className="size-4 shrink-0 accent-(--accent)"
      />
      {props.children}
    </label>
  )
}

/** Items of a loop share their step. */
const distinct = (steps: RunStep[]) =>
  steps.filter((each, at) => steps.findIndex((other) => other.step === each.step) === at)

/** From where, by which version, and what may be done a second time. */
export default function ReplayDialog(props: {
  run: RunFull
  from: 'start' | 'step'
  onClose: () => void
}) {
  const { run, onClose } = props
  const t = useTexts(runsTexts)
  const common = useTexts(commonTexts)
  const id = useId()
  const failed = run.steps.find((step) => step.state === 'failed')
  const facts = useStepFacts()
  const [from, setFrom] = useState<'start' | 'step' | 'failed'>(
    props.from === 'step' && failed ? 'failed' : props.from,
  )
  const [step, setStep] = useState(failed?.step ?? run.steps[0]?.step ?? '')
  const [version, setVersion] = useState<ReplayOrder['version']>('pinned')
  const [again, setAgain] = useState<ReadonlySet<string>>(new Set())
  const replay = useReplay(run, onClose)
  const start = from === 'start' ? 0 : run.steps.findIndex((each) => each.step === step)
  // What stands before the start is taken over and not done at all.
  const acted = (from === 'failed' ? [] : run.steps.slice(start)).filter(hasActed)
  const unsafe = acted.filter((each) => facts(each).unsafe)
  const anyway = acted.filter((each) => !facts(each).unsafe)
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.replayTitle}
      description={t.replayText}
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            variant="primary"
            busy={replay.busy}
            onClick={() =>
              replay.save({
                from: from === 'step' ? step : from,
                version,
                repeat_unsafe: [...again],
              })
            }
          >
            {t.replay}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <fieldset>
          <legend className="mb-1 font-medium">{t.from}</legend>
          {failed && (
            <Radio name={`${id}f`} checked={from === 'failed'} onChoose={() => setFrom('failed')}>
              {t.fromFailed(facts(failed).name)}
            </Radio>
          )}
          <Radio name={`${id}f`} checked={from === 'start'} onChoose={() => setFrom('start')}>
            {t.fromStart}
          </Radio>
          <div className="flex flex-wrap items-center gap-2">
            <Radio name={`${id}f`} checked={from === 'step'} onChoose={() => setFrom('step')}>
              {t.fromStep}
            </Radio>
            <Select
              aria-label={t.fromStep}
              className="min-w-0 grow"
              value={step}
              onChange={(next) => {
                setStep(next)
                setFrom('step')
              }}
              options={distinct(run.steps).map((each) => ({
                value: each.step,
                label: facts(each).name,
              }))}
            />
          </div>
        </fieldset>
        <fieldset>
          <legend className="mb-1 font-medium">{t.whichVersion}</legend>
          {(['pinned', 'current'] as const).map((each) => (
            <Radio
              key={each}
              name={`${id}v`}
              checked={version === each}
              onChoose={() => setVersion(each)}
            >
              {each === 'pinned' ? t.pinned(run.version) : t.current}
            </Radio>
          ))}
        </fieldset>
        {anyway.length > 0 && (
          <p>
            <span className="text-ink-soft">{t.againTitle}</span>{' '}
            {anyway.map((each) => facts(each).name).join(', ')}
          </p>
        )}
        {unsafe.length > 0 && (
          <fieldset className="rounded-xl bg-warn-soft p-3">
            <legend className="float-left mb-1 font-medium text-warn">{t.unsafeTitle}</legend>
            <p className="clear-both mb-2 text-ink-soft">{t.unsafeText}</p>
            {unsafe.map((each) => (
              <Checkbox
                key={each.step}
                checked={again.has(each.step)}
                onChange={(on) => {
                  const next = new Set(again)
                  if (on) next.add(each.step)
                  else next.delete(each.step)
                  setAgain(next)
                }}
              >
                {facts(each).name}
              </Checkbox>
            ))}
          </fieldset>
        )}
      </div>
    </Dialog>
  )
}
