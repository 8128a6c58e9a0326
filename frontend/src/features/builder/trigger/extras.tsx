import type { ReactNode } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Input } from '@/ui/field'
import { Select } from '@/ui/select'
import type { TriggerInfo } from '../data/types'
import { TemplateField } from '../mapping/template-field'
import type { Trigger } from '../model/doc'
import { ConditionEditor } from '../panel/logic/condition'
import { useBuilder, useStore } from '../store/state'
import { AnswerForm } from './answer'
import { useTriggerEdit } from './trigger-panel'

/** Protection, the answer to the sender, repeats, order: nothing that a first flow needs. */
export function Extras(props: {
  info: TriggerInfo
  trigger: Trigger
  /** The fields of the trigger, where they stand here. */
  form: ReactNode | null
}) {
  const { info, trigger } = props
  const t = useTexts(builderTexts).trigger
  const jump = useBuilder((s) => s.jump)
  const problems = useBuilder((s) => s.problems.trigger.length)
  const edit = useTriggerEdit()
  return (
    <details
      // Opened by a jump to a field that is inside, and where something is wrong.
      open={Boolean(jump) || problems > 0 || undefined}
      className="border-t border-line pt-3"
    >
      <summary className="min-h-6 font-medium">{t.extra}</summary>
      <div className="mt-3 flex flex-col gap-6">
        {info.fields.length > 0 && props.form && <Part title={t.security}>{props.form}</Part>}
        {info.kind !== 'poll' && (
          <Part title={t.answer}>
            <AnswerForm trigger={trigger} />
          </Part>
        )}
        <Part title={t.dedupe} help={t.dedupeHelp}>
          <DedupeForm info={info} trigger={trigger} />
        </Part>
        <Part title={t.order} help={t.orderHelp}>
          <TemplateField
            id="order_by"
            label={t.orderKey}
            value={trigger.order_by ?? ''}
            onChange={(text) => edit({ order_by: text || undefined }, 'order_by')}
          />
        </Part>
        <Part title={t.onlyIf} help={t.onlyIfHelp}>
          <ConditionEditor
            id="only_if"
            value={trigger.only_if}
            onChange={(c) => {
              const empty = 'all' in c && c.all.length === 0
              edit({ only_if: empty ? undefined : c }, 'only_if')
            }}
          />
        </Part>
      </div>
    </details>
  )
}

export const Part = (props: { title: string; help?: string; children: ReactNode }) => (
  <section className="flex flex-col gap-2">
    <h4 className="font-medium">{props.title}</h4>
    {props.help && <p className="-mt-1 text-[0.8125rem] text-ink-soft">{props.help}</p>}
    {props.children}
  </section>
)

/** `{{event.tranid}}` by the names that people know: `tranid`. */
const keyName = (template: string): string =>
  template.replace(/\{\{([^}]*)\}\}/g, (_all, path: string) => path.split('.').at(-1) ?? path)

function DedupeForm({ info, trigger }: { info: TriggerInfo; trigger: Trigger }) {
  const t = useTexts(builderTexts).trigger
  const store = useStore()
  const edit = useTriggerEdit()
  const { dedupe } = trigger
  const mode = dedupe === undefined ? '' : dedupe === 'none' ? 'none' : 'own'
  const own = typeof dedupe === 'object' ? dedupe : { key: '' }
  const windows = {
    ...t.windows,
    ...(own.window && !(own.window in t.windows) ? { [own.window]: own.window } : {}),
  }
  return (
    <>
      <Select
        aria-label={t.dedupe}
        className="w-full"
        disabled={store.readOnly}
        value={mode}
        onChange={(next) =>
          edit({
            dedupe:
              next === '' ? undefined : next === 'none' ? 'none' : { key: info.dedupe?.key ?? '' },
          })
        }
        options={[
          {
            value: '',
            label: info.dedupe?.key ? t.dedupeDefault(keyName(info.dedupe.key)) : t.dedupeNone,
          },
          ...(info.dedupe?.key ? [{ value: 'none', label: t.dedupeNone }] : []),
          { value: 'own', label: t.dedupeOwn },
        ]}
      />
      {mode === 'own' && (
        <>
          <TemplateField
            id="dedupe.key"
            label={t.dedupeKey}
            value={own.key}
            onChange={(key) => edit({ dedupe: { ...own, key } }, 'dedupe')}
          />
          <div className="flex items-center gap-2">
            <span className="text-ink-soft">{t.window}</span>
            <Select
              aria-label={t.window}
              disabled={store.readOnly}
              value={own.window ?? '7d'}
              onChange={(window) => edit({ dedupe: { ...own, window } })}
              options={Object.entries(windows).map(([value, label]) => ({ value, label }))}
            />
          </div>
        </>
      )}
    </>
  )
}

/** A length of time, as `20s`. */
export const SpanInput = (props: {
  label: string
  value: string
  placeholder: string
  onChange: (text: string) => void
}) => (
  <Input
    aria-label={props.label}
    value={props.value}
    placeholder={props.placeholder}
    onChange={(event) => props.onChange(event.target.value.trim())}
  />
)
