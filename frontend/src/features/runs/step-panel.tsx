import { lazy, type ReactNode, Suspense, useState } from 'react'
import type { Attempt, RunFull, RunStep } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { clock, duration } from '@/lib/format'
import { Card } from '@/ui/page'
import { Select } from '@/ui/select'
import { Tabs } from '@/ui/tabs'
import { useStepFacts } from './names'
import { StepInput, StepOutput } from './step-data'

const Sent = lazy(() => import('./exchange').then((m) => ({ default: m.Sent })))
const Answer = lazy(() => import('./exchange').then((m) => ({ default: m.Answer })))
const Difference = lazy(() => import('./difference'))
type Tab = 'input' | 'sent' | 'answer' | 'output' | 'diff' | 'attempts'

export const Nothing = ({ children }: { children: ReactNode }) => (
  <p className="py-6 text-center text-ink-faint">{children}</p>
)

/** What went into a step, what was sent, what came back, and how the tries differ. */
export function StepPanel({ step, run }: { step: RunStep; run: RunFull }) {
  const t = useTexts(runsTexts)
  const name = useStepFacts()(step).name
  const [tab, setTab] = useState<Tab>(step.error && step.attempts.length > 0 ? 'answer' : 'output')
  const [number, setNumber] = useState(step.attempts.length)
  const at = step.attempts.findIndex((each) => each.number === number)
  const attempt = step.attempts[at] ?? step.attempts.at(-1)
  const before = at > 0 ? step.attempts[at - 1] : undefined
  const chooser = step.attempts.length > 1 && (
    <div className="mb-3 flex items-center gap-2">
      <span aria-hidden="true">{t.whichAttempt}</span>
      <Select
        aria-label={t.whichAttempt}
        value={String(attempt?.number ?? '')}
        onChange={(value) => setNumber(Number(value))}
        options={step.attempts.map((each) => ({
          value: String(each.number),
          label: `${each.number} · ${t.outcome[each.outcome] ?? each.outcome}`,
        }))}
      />
    </div>
  )
  return (
    <Card className="p-4 md:p-5">
      <h2 className="mb-2 text-base font-semibold">{name}</h2>
      <Tabs<Tab>
        label={name}
        value={tab}
        onChange={setTab}
        className="mb-4"
        tabs={[
          {
            id: 'input',
            label: t.tabs.input,
            content: <StepInput step={step} run={run} />,
          },
          {
            id: 'sent',
            label: t.tabs.sent,
            content: attempt ? (
              <>
                {chooser}
                <Sent attempt={attempt} />
              </>
            ) : (
              <Nothing>{t.noSent}</Nothing>
            ),
          },
          {
            id: 'answer',
            label: t.tabs.answer,
            content: attempt ? (
              <>
                {chooser}
                <Answer attempt={attempt} />
              </>
            ) : (
              <Nothing>{t.noAnswer}</Nothing>
            ),
          },
          {
            id: 'output',
            label: t.tabs.output,
            content: <StepOutput step={step} run={run} />,
          },
          {
            id: 'diff',
            label: t.tabs.diff,
            content: (
              <>
                {chooser}
                {attempt && before ? (
                  <Suspense fallback={null}>
                    <Difference before={before} after={attempt} />
                  </Suspense>
                ) : (
                  <Nothing>{t.noDiff}</Nothing>
                )}
              </>
            ),
          },
          {
            id: 'attempts',
            label: `${t.tabs.attempts} ${step.attempts.length}`,
            content: <Attempts attempts={step.attempts} />,
          },
        ]}
      />
    </Card>
  )
}

function Attempts({ attempts }: { attempts: Attempt[] }) {
  const t = useTexts(runsTexts)
  const lang = useLang()
  if (attempts.length === 0) return <Nothing>{t.noSent}</Nothing>
  return (
    <ol className="divide-y divide-line">
      {attempts.map((each) => (
        <li key={each.number} className="flex flex-wrap gap-x-4 gap-y-1 py-2">
          <span className="num w-6 text-ink-faint">{each.number}</span>
          <time className="num" dateTime={each.started_at}>
            {clock(lang, each.started_at)}
          </time>
          <span className="num w-20 text-ink-soft">
            {each.took_ms === null ? '' : duration(lang, each.took_ms)}
          </span>
          <span className={each.outcome === 'done' ? 'text-ok' : 'text-bad'}>
            {t.outcome[each.outcome] ?? each.outcome}
          </span>
          {each.error && <span className="min-w-0 text-ink-soft">{each.error.title}</span>}
        </li>
      ))}
    </ol>
  )
}
