import { CircleAlert, CircleCheck, CircleDashed, CircleMinus, Play } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { api } from '@/api/client'
import type { FieldProblem } from '@/api/problem'
import { builderTexts, commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Spinner } from '@/ui/spinner'
import { useErrorText } from '@/ui/states'
import { useNaming } from '../data/hooks'
import { ProblemList } from '../publish/problem-list'
import { flushSaves } from '../store/session'
import { useBuilder, useStore } from '../store/state'
import { type Tried, useDryRun } from './dry-run'

/** Asks the server anew: a connection may have broken since the last change. */
function useFreshProblems() {
  const store = useStore()
  useEffect(() => {
    let gone = false
    const ask = async () => {
      await flushSaves(store)
      const { flow } = store.state.get()
      const path = `/flows/${flow.id}/problems`
      const now = await api.get<{ etag: string; problems: FieldProblem[] }>(path)
      const { draft } = store.state.get().flow
      // Problems of another document say nothing of this one.
      if (!gone && now.etag === draft.etag && store.doc === draft.doc) store.saved(now, store.doc)
    }
    // What was known before is still shown.
    ask().catch(() => undefined)
    return () => {
      gone = true
    }
  }, [store])
}

/** All that is missing as links, and a run through the flow in which nothing is sent. */
export default function CheckAll({ onClose }: { onClose: () => void }) {
  const t = useTexts(builderTexts).check
  const common = useTexts(commonTexts)
  const store = useStore()
  const problems = useBuilder((s) => s.problems.all.length)
  const steps = useBuilder((s) => s.history.present.steps.length)
  const errorText = useErrorText()
  const say = useRef(errorText).current
  const { rows, busy, start } = useDryRun(say)
  useFreshProblems()
  const done = rows?.filter((row) => row.state === 'ok' || row.state === 'bad').length ?? 0
  const bad = rows?.filter((row) => row.state === 'bad').length ?? 0
  const all = rows?.filter((row) => row.state !== 'skipped').length ?? 0
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.title}
      size="md"
      footer={<Button onClick={onClose}>{common.close}</Button>}
    >
      <div className="flex flex-col gap-4 pb-2">
        {problems === 0 && steps > 0 ? (
          <p className="flex items-center gap-2 rounded-xl bg-ok-soft px-3 py-2.5 text-ok">
            <CircleCheck className="size-5 shrink-0" />
            {t.noProblems}
          </p>
        ) : (
          <div className="-mx-1.5">
            <ProblemList onDone={onClose} />
          </div>
        )}
        {!store.readOnly && steps > 0 && (
          <section aria-live="polite" className="flex flex-col gap-2 border-t border-line pt-4">
            <h3 className="font-semibold">{t.dryTitle}</h3>
            <p className="text-[0.8125rem] text-ink-soft">{t.dryText}</p>
            <Button
              className="self-start"
              icon={<Play className="size-4" />}
              busy={busy}
              onClick={() => void start()}
            >
              {t.dryStart}
            </Button>
            {rows && (
              <>
                <p className={busy ? 'num text-ink-soft' : bad > 0 ? 'text-bad' : 'text-ok'}>
                  {busy ? t.progress(done, all) : bad > 0 ? t.someBad(bad) : t.allOk(all)}
                </p>
                <ol className="flex flex-col">
                  {rows.map((row) => (
                    <Line key={row.step.id} row={row} onDone={onClose} />
                  ))}
                </ol>
              </>
            )}
          </section>
        )}
      </div>
    </Dialog>
  )
}

const icons = {
  waiting: <CircleDashed className="size-4 text-ink-faint" />,
  busy: <Spinner />,
  ok: <CircleCheck className="size-4 text-ok" />,
  bad: <CircleAlert className="size-4 text-bad" />,
  skipped: <CircleMinus className="size-4 text-ink-faint" />,
}

function Line({ row, onDone }: { row: Tried; onDone: () => void }) {
  const t = useTexts(builderTexts).check
  const store = useStore()
  const naming = useNaming()
  const request = row.result?.request
  const what =
    row.problem ??
    (request ? t.sends(request.method ?? 'POST', request.url ?? '') : t.states[row.state])
  return (
    <li>
      <button
        type="button"
        onClick={() => {
          onDone()
          store.select(row.step.id, { tab: row.problem ? 'setup' : 'test' })
        }}
        className="flex w-full items-start gap-2.5 rounded-lg px-2.5 py-2 text-left hover:bg-accent-soft"
      >
        <span className="mt-0.5 shrink-0">{icons[row.state]}</span>
        <span className="min-w-0 grow">
          <span className="block truncate font-medium">{naming.name(row.step)}</span>
          <span
            className={`block text-[0.8125rem] [overflow-wrap:anywhere] ${
              row.problem ? 'text-bad' : 'text-ink-soft'
            }`}
          >
            {what}
          </span>
        </span>
      </button>
    </li>
  )
}
