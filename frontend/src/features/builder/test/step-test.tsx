import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, FlaskConical, Play } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { api } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import { builderTexts, commonTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { clock, duration } from '@/lib/format'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/field'
import { JsonView } from '@/ui/json-view'
import { Select } from '@/ui/select'
import { Empty, useErrorText } from '@/ui/states'
import { Reconnect } from '../connect/reconnect'
import { useConnections } from '../connect/use-connections'
import { useNaming } from '../data/hooks'
import { samplesQuery } from '../data/queries'
import type { StepTest as Result, Sample } from '../data/types'
import type { ActionStep } from '../model/doc'
import { CHECK_KEYS } from '../panel/frame'
import { flushSaves } from '../store/session'
import { useBuilder, useStore } from '../store/state'
import { isSample } from '../trigger/arrivals'
import { asStepTest } from './result'

/** Checks one step: what goes out, what comes back, what later steps may use. */
export function StepTest({ step }: { step: ActionStep }) {
  const t = useTexts(builderTexts).steps.test
  const lang = useLang()
  const store = useStore()
  const client = useQueryClient()
  const flow = useBuilder((s) => s.flow.id)
  const sample = useBuilder((s) => s.sample)
  const samples = useQuery({ ...samplesQuery(flow), select: usable }).data ?? []
  const found = useNaming().find(step)
  const account = useConnections().find(
    (each) => each.id === step.connection || each.name === step.connection,
  )
  const [dry, setDry] = useState(false)
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<{ data: Result; dry: boolean } | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const run = async () => {
    setBusy(true)
    setFailure(null)
    try {
      await flushSaves(store)
      const body = { sample_id: sample ?? undefined, dry_run: dry }
      const path = `/flows/${flow}/steps/${encodeURIComponent(step.id)}/test`
      const data = asStepTest(await api.post<Result>(path, { body }))
      setResult({ data, dry })
      if (!data.error && !dry) {
        store.markTested(step.id)
        void client.invalidateQueries({ queryKey: ['flow', flow, 'context'] })
      }
    } catch (error) {
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  const asked = useBuilder((s) => s.autoTest === step.id)
  const box = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // The button and the keys of the panel mean both: open this tab, and check.
    if (!asked || store.state.get().autoTest !== step.id) return
    store.set({ autoTest: null })
    // What was pressed may have gone with the other tab: the keys go on from here.
    if (found?.action.dangerous) return button.current?.focus()
    box.current?.focus({ preventScroll: true })
    if (!busy) void run()
  })
  return (
    <div ref={box} tabIndex={-1} className="flex flex-col gap-4 outline-none">
      <div className="flex items-center gap-2">
        <span className="shrink-0 text-ink-soft">{t.with}</span>
        <Select
          aria-label={t.with}
          className="min-w-0 grow"
          value={sample ?? ''}
          onChange={(id) => store.set({ sample: id || null })}
          options={
            samples.length === 0
              ? [{ value: '', label: t.noSample }]
              : samples.map((s) => ({
                  value: s.id,
                  label: `${t.sampleOf(clock(lang, s.received_at))} · ${s.title}`,
                }))
          }
        />
      </div>
      <Checkbox checked={dry} onChange={setDry}>
        {t.dry}
      </Checkbox>
      {!dry && (
        <p className={found?.action.dangerous ? 'text-bad' : 'text-ink-soft'}>
          {found?.action.dangerous ? t.dangerous : t.really}
        </p>
      )}
      <Button
        ref={button}
        variant="primary"
        aria-keyshortcuts={CHECK_KEYS}
        icon={<Play className="size-4" />}
        busy={busy}
        disabled={store.readOnly}
        onClick={() => void run()}
      >
        {dry ? t.runDry : t.run}
      </Button>
      <div aria-live="polite" className="flex flex-col gap-4">
        {failure !== null && <Failure error={failure} step={step} />}
        {result && (
          <Outcome result={result.data} dry={result.dry}>
            {result.data.error?.side === 'access' && account && found && !store.readOnly && (
              <Reconnect connector={found.connector} connection={account} />
            )}
          </Outcome>
        )}
      </div>
      {!result && failure === null && !busy && (
        <Empty icon={FlaskConical} title={t.empty} text={t.emptyText} className="py-6" />
      )}
    </div>
  )
}

const usable = (all: Sample[]) => all.filter(isSample)

/** The step could not be checked at all: it is not ready, or the server cannot be reached. */
function Failure({ error, step }: { error: unknown; step: ActionStep }) {
  const errorText = useErrorText()
  const store = useStore()
  const problems = error instanceof ApiProblem ? (error.body.problems ?? []) : []
  return (
    <div role="alert" className="flex flex-col gap-1 rounded-xl bg-bad-soft px-3 py-2 text-bad">
      <p className="font-medium">{errorText(error)}</p>
      {problems.map((p) => (
        <button
          key={`${p.place}${p.code}`}
          type="button"
          className="min-h-6 text-left underline"
          onClick={() =>
            store.select(step.id, { tab: 'setup', field: p.field ? `input.${p.field}` : undefined })
          }
        >
          {p.message}
        </button>
      ))}
    </div>
  )
}

function Outcome(props: { result: Result; dry: boolean; children: ReactNode }) {
  const { result, dry } = props
  const t = useTexts(builderTexts).steps.test
  const common = useTexts(commonTexts)
  const lang = useLang()
  const { request, response, error } = result
  const took = result.took_ms ? duration(lang, result.took_ms) : ''
  return (
    <>
      {!dry && (
        <div
          className={
            error
              ? 'flex items-start gap-2 rounded-xl bg-bad-soft px-3 py-2.5 text-bad'
              : 'flex items-center gap-2 rounded-xl bg-ok-soft px-3 py-2.5 text-ok'
          }
        >
          {error ? (
            <CircleAlert className="mt-0.5 size-5 shrink-0" />
          ) : (
            <CircleCheck className="size-5 shrink-0" />
          )}
          <div className="min-w-0 grow">
            <p className="font-medium">{error ? error.title : t.ok}</p>
            {error?.detail && <p className="break-words">{error.detail}</p>}
            {error?.side && error.side in common.side && (
              <p className="text-[0.8125rem]">
                {`${common.whose}: ${common.side[error.side as keyof typeof common.side]}`}
              </p>
            )}
          </div>
        </div>
      )}
      {props.children}
      {request && (
        <Part title={dry ? t.wouldSend : t.sent}>
          {request.url && (
            <p className="mb-2 font-mono text-xs break-all">
              <strong>{request.method ?? 'POST'}</strong> {request.url}
            </p>
          )}
          <JsonView
            value={request.body ?? request.headers ?? {}}
            label={t.body}
            search={false}
            maxHeight={260}
          />
        </Part>
      )}
      {response && (
        <Part title={t.answer(String(response.status ?? ''), took)}>
          <JsonView value={response.body ?? {}} label={t.body} search={false} maxHeight={260} />
        </Part>
      )}
      {!error && !dry && result.output !== undefined && result.output !== null && (
        <Part title={t.output}>
          <p className="mb-2 text-[0.8125rem] text-ink-soft">{t.outputHint}</p>
          <JsonView value={result.output} label={t.output} search={false} maxHeight={260} />
        </Part>
      )}
    </>
  )
}

const Part = (props: { title: string; children: ReactNode }) => (
  <section>
    <h3 className="mb-1.5 font-medium">{props.title}</h3>
    {props.children}
  </section>
)
