import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Select } from '@/ui/select'
import type { Reply, Trigger, TriggerReply } from '../model/doc'
import { ReplyForm } from '../panel/logic/reply-form'
import { useStore } from '../store/state'
import { SpanInput } from './extras'
import { useTriggerEdit } from './trigger-panel'

const BODY: (keyof Reply)[] = ['status', 'headers', 'text', 'json', 'xml', 'empty']

const hasReply = (respond: TriggerReply | undefined): boolean =>
  respond !== undefined && BODY.some((k) => respond[k] !== undefined)

/** When the sender is answered, and with what. */
export function AnswerForm({ trigger }: { trigger: Trigger }) {
  const t = useTexts(builderTexts).trigger
  const store = useStore()
  const edit = useTriggerEdit()
  const { respond } = trigger
  const after = respond?.mode === 'after_run'
  const own = hasReply(respond)
  const set = (next: TriggerReply) => {
    const plain = next.mode !== 'after_run' && !hasReply(next)
    edit({ respond: plain ? undefined : next }, 'respond')
  }
  const setMode = (mode: string) => {
    const { mode: _m, within: _w, otherwise: _o, ...reply } = respond ?? {}
    set(mode === 'after_run' ? { ...reply, mode, otherwise: { status: 200 } } : reply)
  }
  const setOwn = (is: boolean) => {
    const rest = Object.fromEntries(
      Object.entries(respond ?? {}).filter(([k]) => !BODY.includes(k as keyof Reply)),
    ) as TriggerReply
    set(is ? { ...rest, status: 200, text: { literal: 'ok' } } : rest)
  }
  return (
    <div className="flex flex-col gap-3">
      <Select
        aria-label={t.answerMode}
        className="w-full"
        disabled={store.readOnly}
        value={after ? 'after_run' : 'now'}
        onChange={setMode}
        options={[
          { value: 'now', label: t.answerNow },
          { value: 'after_run', label: t.answerAfter },
        ]}
      />
      <Select
        aria-label={t.answerKind}
        className="w-full"
        disabled={store.readOnly}
        value={own ? 'own' : ''}
        onChange={(next) => setOwn(next === 'own')}
        options={[
          { value: '', label: t.answerDefault },
          { value: 'own', label: t.answerOwn },
        ]}
      />
      {own && respond && <ReplyForm id="respond" value={respond} onChange={set} />}
      {after && respond && (
        <div className="flex flex-col gap-3 rounded-lg border border-line p-3">
          <span className="text-[0.8125rem] text-ink-soft">{t.within}</span>
          <SpanInput
            label={t.within}
            placeholder="20s"
            value={respond.within ?? ''}
            onChange={(within) => set(within ? { ...respond, within } : without(respond))}
          />
          <span className="text-[0.8125rem] text-ink-soft">{t.otherwise}</span>
          <ReplyForm
            id="respond.otherwise"
            value={respond.otherwise ?? { status: 200 }}
            onChange={(otherwise) => set({ ...respond, otherwise })}
          />
        </div>
      )}
    </div>
  )
}

function without(respond: TriggerReply): TriggerReply {
  const { within: _old, ...rest } = respond
  return rest
}
