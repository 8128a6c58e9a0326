import { Plus, Trash2 } from 'lucide-react'
import { useId } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { keyed } from '@/lib/keyed'
import { Button, IconButton } from '@/ui/button'
import { Checkbox } from '@/ui/field'
import { Select } from '@/ui/select'
import { useMapping } from '../../mapping/scope'
import { ValueField } from '../../mapping/value-field'
import { type Condition, OPS, type Op, type Test } from '../../model/doc'
import { type Group, groupOf, isTest, NEW_TEST, takesRight, withMode } from './condition-model'

interface Props {
  /** Put before the keys of fields, so that problems find theirs. */
  id: string
  value: Condition | undefined
  onChange: (value: Condition) => void
  depth?: number
}

const DEEPEST = 3

/** A condition: comparisons in groups, read as a sentence. */
export function ConditionEditor({ id, value, onChange, depth = 0 }: Props) {
  const t = useTexts(builderTexts).steps.condition
  const { readOnly } = useMapping()
  const group = groupOf(value)
  const set = (items: Condition[]) => onChange(withMode(group.mode, items))
  return (
    <div
      className={
        depth > 0 ? 'flex flex-col gap-2 rounded-lg border border-line p-2' : 'flex flex-col gap-2'
      }
    >
      {(group.items.length > 1 || depth > 0 || group.mode === 'none') && (
        <div className="flex items-center gap-2">
          <span className="text-ink-soft">{t.match}</span>
          <Select
            aria-label={t.match}
            className="grow"
            disabled={readOnly}
            value={group.mode}
            onChange={(mode) => onChange(withMode(mode as Group['mode'], group.items))}
            options={[
              { value: 'all', label: t.all },
              { value: 'any', label: t.any },
              { value: 'none', label: t.none },
            ]}
          />
        </div>
      )}
      {group.items.length === 0 && <p className="text-ink-soft">{t.empty}</p>}
      {keyed(group.items).map(({ item, index, key: place }) => {
        const key = `${id}.${group.mode === 'none' ? 'not.any' : group.mode}.${index}`
        const put = (next: Condition) => set(group.items.with(index, next))
        return (
          <div key={place} className="flex items-start gap-1">
            <div className="min-w-0 grow">
              {isTest(item) ? (
                <TestRow id={key} test={item} onChange={put} />
              ) : (
                <ConditionEditor id={key} value={item} onChange={put} depth={depth + 1} />
              )}
            </div>
            {!readOnly && (
              <IconButton
                label={`${t.remove} ${index + 1}`}
                onClick={() => set(group.items.filter((_, i) => i !== index))}
              >
                <Trash2 className="size-4" />
              </IconButton>
            )}
          </div>
        )
      })}
      {!readOnly && (
        <div className="flex flex-wrap gap-2">
          <Button
            size="sm"
            icon={<Plus className="size-4" />}
            onClick={() => set([...group.items, NEW_TEST])}
          >
            {t.add}
          </Button>
          {depth < DEEPEST && group.items.length > 0 && (
            <Button
              size="sm"
              variant="quiet"
              onClick={() => set([...group.items, { any: [NEW_TEST] }])}
            >
              {t.group}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

function TestRow({ id, test, onChange }: { id: string; test: Test; onChange: (t: Test) => void }) {
  const t = useTexts(builderTexts).steps.condition
  const { readOnly } = useMapping()
  const base = useId()
  const text = !['is_empty', 'is_not_empty', 'exists', 'is_true', 'is_false'].includes(test.op)
  return (
    <div className="flex flex-col gap-1.5 rounded-lg bg-sunken p-2">
      <span id={`${base}-l`} className="sr-only">
        {t.left}
      </span>
      <ValueField
        id={`${id}.left`}
        labelId={`${base}-l`}
        value={test.left}
        onChange={(left) => onChange({ ...test, left: left ?? { literal: '' } })}
      />
      <Select
        aria-label={t.op}
        className="w-full"
        disabled={readOnly}
        value={test.op}
        onChange={(op) => {
          const { right, ...rest } = { ...test, op: op as Op }
          onChange(takesRight(op as Op) ? { ...rest, right: right ?? { literal: '' } } : rest)
        }}
        options={OPS.map((op) => ({ value: op, label: t.ops[op] }))}
      />
      {takesRight(test.op) && (
        <>
          <span id={`${base}-r`} className="sr-only">
            {t.right}
          </span>
          <ValueField
            id={`${id}.right`}
            labelId={`${base}-r`}
            value={test.right}
            onChange={(right) => onChange({ ...test, right: right ?? { literal: '' } })}
          />
        </>
      )}
      {text && (
        <Checkbox
          className="text-[0.8125rem] text-ink-soft"
          checked={test.exact === true}
          disabled={readOnly}
          onChange={(exact) => {
            const { exact: _old, ...rest } = test
            onChange(exact ? { ...rest, exact } : rest)
          }}
        >
          {t.exact}
        </Checkbox>
      )}
    </div>
  )
}
