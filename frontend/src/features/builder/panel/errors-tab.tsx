import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Field, Input, TextField } from '@/ui/field'
import { Select } from '@/ui/select'
import { useNaming } from '../data/hooks'
import type { ActionStep, Retry, Step } from '../model/doc'
import { update } from '../model/edit'
import { useStore } from '../store/state'

const retryWord = (retry: Retry | undefined): string => {
  if (retry === undefined) return ''
  if (retry === 'none') return 'none'
  return 'preset' in retry ? retry.preset : 'delays'
}

/** What happens when the call does not work. */
export function ErrorsTab({ step }: { step: ActionStep }) {
  const t = useTexts(builderTexts).steps.errors
  const store = useStore()
  const found = useNaming().find(step)
  const set = (change: Partial<ActionStep>) =>
    store.edit(
      (doc) =>
        update(doc, step.id, (s) => {
          const next = { ...s, ...change } as Record<string, unknown>
          for (const key of Object.keys(change)) if (next[key] === undefined) delete next[key]
          return next as unknown as Step
        }),
      `${step.id}.${Object.keys(change)[0]}`,
    )
  const setRetry = (word: string) =>
    set({
      retry:
        word === ''
          ? undefined
          : word === 'none'
            ? 'none'
            : word === 'delays'
              ? { delays: ['30s', '5m', '1h'] }
              : { preset: word as 'api' | 'webhook' },
    })
  const onError = step.on_error ?? 'stop'
  const shared = { className: 'w-full', disabled: store.readOnly }
  return (
    <div className="flex flex-col gap-5">
      <Field label={t.retry} help={t.retryHelp}>
        {(wiring) => (
          <Select
            {...wiring}
            {...shared}
            data-field="retry"
            value={retryWord(step.retry)}
            onChange={setRetry}
            options={[
              { value: '', label: t.retryDefault },
              { value: 'api', label: t.retryApi },
              { value: 'webhook', label: t.retryWebhook },
              { value: 'delays', label: t.retryDelays },
              { value: 'none', label: t.retryNone },
            ]}
          />
        )}
      </Field>
      {typeof step.retry === 'object' && 'delays' in step.retry && (
        <Field label={t.delays} help={t.delaysHelp}>
          {(wiring) => (
            <Input
              {...wiring}
              data-field="retry.delays"
              readOnly={store.readOnly}
              defaultValue={
                typeof step.retry === 'object' && 'delays' in step.retry
                  ? step.retry.delays.join(', ')
                  : ''
              }
              onBlur={(event) =>
                set({ retry: { delays: event.target.value.split(/[\s,;]+/).filter(Boolean) } })
              }
            />
          )}
        </Field>
      )}
      <Field label={t.unknown} help={t.unknownHelp}>
        {(wiring) => (
          <Select
            {...wiring}
            {...shared}
            data-field="on_unknown"
            value={step.on_unknown ?? ''}
            onChange={(word) =>
              set({ on_unknown: (word || undefined) as ActionStep['on_unknown'] })
            }
            options={[
              { value: '', label: t.unknownDefault },
              { value: 'retry', label: t.unknownRetry },
              {
                value: 'check',
                label: t.unknownCheck,
                disabled: found?.action.has_check === false,
              },
              { value: 'park', label: t.unknownPark },
            ]}
          />
        )}
      </Field>
      <Field label={t.failed} help={typeof onError === 'object' ? t.insteadHint : undefined}>
        {(wiring) => (
          <Select
            {...wiring}
            {...shared}
            data-field="on_error"
            value={typeof onError === 'object' ? 'steps' : onError}
            onChange={(word) =>
              set({
                on_error:
                  word === 'stop' ? undefined : word === 'continue' ? 'continue' : { steps: [] },
              })
            }
            options={[
              { value: 'stop', label: t.stop },
              { value: 'continue', label: t.goOn },
              { value: 'steps', label: t.instead },
            ]}
          />
        )}
      </Field>
      <TextField
        label={t.timeout}
        data-field="timeout"
        help={t.timeoutHelp}
        optional
        readOnly={store.readOnly}
        value={step.timeout ?? ''}
        onChange={(text) => set({ timeout: text || undefined })}
      />
    </div>
  )
}
