import { CircleAlert, TriangleAlert } from 'lucide-react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useNaming } from '../data/hooks'
import type { Step } from '../model/doc'
import { isError } from '../model/problems'
import { useBuilder } from '../store/state'

/** Problems of a step that no field of its panel shows. */
export function StepTrouble({ step }: { step: Step }) {
  const t = useTexts(builderTexts).steps.panel
  const naming = useNaming()
  const problems = useBuilder((s) => s.problems.steps.get(step.id)) ?? []
  const own = problems.filter((l) => !l.field.startsWith('input.') && l.field !== 'connection')
  if (own.length === 0) return null
  return (
    <ul aria-label={t.problems} className="mb-4 flex flex-col gap-1">
      {own.map((l) => {
        const error = isError(l)
        const Icon = error ? CircleAlert : TriangleAlert
        return (
          <li
            key={`${l.field}${l.problem.code}`}
            className={
              error
                ? 'flex items-start gap-2 rounded-lg bg-bad-soft px-3 py-2 text-bad'
                : 'flex items-start gap-2 rounded-lg bg-warn-soft px-3 py-2 text-warn'
            }
          >
            <Icon className="mt-0.5 size-4 shrink-0" />
            {naming.problem(step, l)}
          </li>
        )
      })}
    </ul>
  )
}
