import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { AppMark } from '@/ui/app-mark'
import { useTrigger, useTriggerProblem } from '../data/hooks'
import { isError } from '../model/problems'
import { TRIGGER, useBuilder, useStore } from '../store/state'
import { StateIcon } from './icons'

/** The first card of the tree: what starts the flow. */
export function TriggerCard({ sampleAt }: { sampleAt: string | null }) {
  const t = useTexts(builderTexts).steps
  const store = useStore()
  const found = useTrigger()
  const say = useTriggerProblem()
  const doc = useBuilder((s) => s.history.present)
  const selected = useBuilder((s) => s.selected === TRIGGER)
  const none = useBuilder((s) => s.selected === null)
  const problems = useBuilder((s) => s.problems.trigger)
  const error = problems.find(isError)
  const state = error ? 'problem' : 'ready'
  const title = found ? `${found.connector.title} — ${found.trigger.title}` : doc.trigger.connector
  const listens = found?.trigger.kind !== 'native'
  const quiet = listens ? (sampleAt ?? t.summary.draftSample) : (found?.trigger.description ?? '')
  const sub = error ? say(error) : quiet
  return (
    <button
      type="button"
      data-step={TRIGGER}
      tabIndex={selected || none ? 0 : -1}
      aria-current={selected ? 'step' : undefined}
      aria-label={`${t.trigger}: ${title}. ${t.state[state]}. ${sub}`}
      onClick={() => store.select(TRIGGER)}
      className={cx(
        'flex min-h-15 w-88 max-w-full items-center gap-3 rounded-xl border bg-surface py-2.5 pr-3 pl-3 text-left shadow-card transition-shadow hover:shadow-pop',
        selected ? 'border-accent ring-2 ring-accent ring-inset' : 'border-line-strong/50',
      )}
    >
      {found && (
        <AppMark
          title={found.connector.title}
          color={found.connector.color}
          mark={found.connector.mark}
          size="md"
        />
      )}
      <span className="min-w-0 grow">
        <span className="line-clamp-2 font-semibold break-words">{title}</span>
        <span className={cx('block truncate text-xs', error ? 'text-bad' : 'text-ink-soft')}>
          {sub}
        </span>
      </span>
      <StateIcon state={state} label={t.state[state]} />
    </button>
  )
}
