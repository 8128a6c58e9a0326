import { Plus, Trash2 } from 'lucide-react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { keyed } from '@/lib/keyed'
import { Button, IconButton } from '@/ui/button'
import { Field, Input } from '@/ui/field'
import { Select } from '@/ui/select'
import { useMapping } from '../../mapping/scope'
import type { Arm, BranchStep } from '../../model/doc'
import { useStepEdit } from '../logic-form'
import { ConditionEditor } from './condition'
import { NEW_TEST } from './condition-model'

/** The ways of a branch: their names and conditions. */
export function BranchForm({ step }: { step: BranchStep }) {
  const t = useTexts(builderTexts).steps
  const { readOnly } = useMapping()
  const edit = useStepEdit<BranchStep>(step.id)
  const setArm = (index: number, change: Partial<Arm>, tag?: string) =>
    edit(
      (s) => ({
        ...s,
        branch: s.branch.map((arm, i) => (i === index ? { ...arm, ...change } : arm)),
      }),
      tag,
    )
  const insert = (arm: Arm) =>
    edit((s) => {
      const last = s.branch.at(-1)
      // "Otherwise" stays last.
      const at = last && !last.when && arm.when ? s.branch.length - 1 : s.branch.length
      return { ...s, branch: [...s.branch.slice(0, at), arm, ...s.branch.slice(at)] }
    })
  const hasOtherwise = step.branch.some((arm) => !arm.when)
  return (
    <div className="flex flex-col gap-4">
      {keyed(step.branch).map(({ item: arm, index, key }) => (
        <section key={key} className="flex flex-col gap-2 rounded-xl border border-line p-3">
          <div className="flex items-center gap-2">
            <Input
              aria-label={t.branch.name}
              readOnly={readOnly}
              value={arm.name ?? ''}
              placeholder={t.way(index + 1)}
              onChange={(event) =>
                setArm(index, { name: event.target.value || undefined }, `arm${index}`)
              }
            />
            {!readOnly && step.branch.length > 1 && (
              <IconButton
                label={`${t.branch.removeWay}: ${arm.name ?? t.way(index + 1)}`}
                title={arm.steps.length > 0 ? t.branch.removeWayBusy : t.branch.removeWay}
                onClick={() =>
                  edit((s) => ({ ...s, branch: s.branch.filter((_, i) => i !== index) }))
                }
              >
                <Trash2 className="size-4" />
              </IconButton>
            )}
          </div>
          {arm.when ? (
            <>
              <span className="text-[0.8125rem] font-medium text-ink-soft">{t.branch.when}</span>
              <ConditionEditor
                id={`branch.${index}.when`}
                value={arm.when}
                onChange={(when) => setArm(index, { when }, `when${index}`)}
              />
            </>
          ) : (
            <p className="text-ink-soft">{t.branch.otherwise}</p>
          )}
        </section>
      ))}
      {!readOnly && (
        <div className="flex flex-wrap gap-2">
          <Button
            size="sm"
            icon={<Plus className="size-4" />}
            onClick={() =>
              insert({ name: t.way(step.branch.length), when: { all: [NEW_TEST] }, steps: [] })
            }
          >
            {t.branch.addWay}
          </Button>
          {!hasOtherwise && (
            <Button size="sm" onClick={() => insert({ name: t.otherwise, steps: [] })}>
              {t.branch.addOtherwise}
            </Button>
          )}
        </div>
      )}
      <Field label={t.branch.mode}>
        {(wiring) => (
          <Select
            {...wiring}
            className="w-full"
            disabled={readOnly}
            value={step.mode ?? 'first'}
            onChange={(mode) =>
              edit((s) => {
                const { mode: _old, ...rest } = s
                return mode === 'all' ? { ...rest, mode } : rest
              })
            }
            options={[
              { value: 'first', label: t.branch.first },
              { value: 'all', label: t.branch.all },
            ]}
          />
        )}
      </Field>
    </div>
  )
}
