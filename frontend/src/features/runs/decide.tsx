import { CircleHelp } from 'lucide-react'
import { api } from '@/api/client'
import type { ResolveVerdict, RunFull } from '@/api/runs'
import { useMay } from '@/api/session'
import { runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { useStepFacts } from './names'

const verdicts: ResolveVerdict[] = ['done', 'again', 'skip', 'fail']

/** A parked run waits for somebody to say what became of a step. */
export default function Decide({ run }: { run: RunFull }) {
  const t = useTexts(runsTexts)
  const mayEdit = useMay('editor')
  const facts = useStepFacts()
  const place = run.actions.resolve[0]
  const step = run.steps.find((each) => each.place === place)
  const { save, busy } = useSave({
    run: (verdict: ResolveVerdict) =>
      api.post(`/runs/${run.id}/resolve`, { body: { step: place, verdict } }),
    stale: [['runs']],
    said: t.resolved,
  })
  if (place === undefined) return null
  return (
    <section className="rounded-2xl border border-accent/40 bg-accent-soft p-4 md:p-5">
      <h2 className="flex items-center gap-2 text-base font-semibold">
        <CircleHelp className="size-5 text-accent" />
        {t.decideTitle}
      </h2>
      <p className="mt-1 text-ink-soft">
        {step ? facts(step).name : place}
        {'. '}
        {t.decideText}
      </p>
      {mayEdit && (
        <div className="mt-3 flex flex-wrap gap-2">
          {verdicts.map((verdict) => (
            <Button
              key={verdict}
              variant={verdict === 'done' ? 'primary' : 'plain'}
              busy={busy}
              onClick={() => save(verdict)}
            >
              {t.verdicts[verdict]}
            </Button>
          ))}
        </div>
      )}
    </section>
  )
}
