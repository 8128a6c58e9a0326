import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ClipboardPaste, Lightbulb, Send } from 'lucide-react'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { api } from '@/api/client'
import { builderTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { clock } from '@/lib/format'
import { VerdictBadge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { samplesQuery } from '../data/queries'
import type { Sample, TriggerInfo } from '../data/types'
import { useBuilder, useStore } from '../store/state'
import { curlOf } from './curl'
import { Command } from './instructions'
import { useListening } from './listen'

const PasteDialog = lazy(() => import('./paste-dialog').then((m) => ({ default: m.PasteDialog })))

const NONE: Sample[] = []
const QUIET_MS = 30_000
const SHOWN = 8

/** Checks of the address and refused deliveries: they are no samples, but people look for them. */
const NO_SAMPLES = new Set(['probe', 'rejected', 'refused'])
export const isSample = (s: Sample): boolean => !NO_SAMPLES.has(s.verdict)

/** What has arrived, newest first, as it arrives; the first becomes the sample. */
export function Arrivals({ info }: { info: TriggerInfo }) {
  const t = useTexts(builderTexts).trigger
  const lang = useLang()
  const store = useStore()
  const flow = useBuilder((s) => s.flow)
  const sample = useBuilder((s) => s.sample)
  const all = useQuery(samplesQuery(flow.id)).data ?? NONE
  const samples = useMemo(() => all.filter(isSample), [all])
  const [pasting, setPasting] = useState(false)
  const [quiet, setQuiet] = useState(false)
  const seen = useRef<string | null>(null)
  const newest = samples[0]
  useEffect(() => {
    if (!newest) return
    if (seen.current !== null && seen.current !== newest.id) toast(t.received)
    seen.current = newest.id
    const { sample: chosen } = store.state.get()
    // One that is not in the list may come from a run or an older delivery.
    if (chosen === null) store.set({ sample: newest.id })
  }, [newest, store, t])
  const none = all.length === 0
  const { registers, view } = useListening(info)
  // A service that was not told the address is no reason to look for mistakes.
  const expects = none && (!registers || view === 'listening' || view === 'byHand')
  useEffect(() => {
    if (!expects) return setQuiet(false)
    const timer = setTimeout(() => setQuiet(true), QUIET_MS)
    return () => clearTimeout(timer)
  }, [expects])
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-medium">{t.arrived}</h3>
      {none && (
        <p className="rounded-xl border border-dashed border-line-strong/60 px-3 py-4 text-center text-ink-soft">
          {registers ? t.listen.nothing : t.nothing}
        </p>
      )}
      {!none && (
        <ul aria-label={t.arrived} aria-live="polite" className="flex flex-col gap-1">
          {all.slice(0, SHOWN).map((each) =>
            isSample(each) ? (
              <SampleRow
                key={each.id}
                sample={each}
                chosen={each.id === sample}
                onChoose={() => store.set({ sample: each.id })}
              />
            ) : (
              <li key={each.id} className="flex items-start gap-2 px-2 py-1.5 text-[0.8125rem]">
                <span className="num shrink-0 text-ink-soft">{clock(lang, each.received_at)}</span>
                <span className="min-w-0 grow text-ink-soft">
                  {each.verdict === 'probe' ? t.probe : (each.reason ?? each.title)}
                </span>
                <VerdictBadge verdict={each.verdict === 'probe' ? 'probe' : 'rejected'} />
              </li>
            ),
          )}
        </ul>
      )}
      {!store.readOnly && (
        <div className="flex flex-wrap gap-2">
          <SendSample />
          <Button
            size="sm"
            icon={<ClipboardPaste className="size-4" />}
            onClick={() => setPasting(true)}
          >
            {t.paste}
          </Button>
        </div>
      )}
      {quiet && (
        <div role="status" className="rounded-xl bg-info-soft px-3 py-2.5 text-[0.8125rem]">
          <p className="flex items-center gap-2 font-medium text-info">
            <Lightbulb className="size-4" />
            {t.hintsTitle}
          </p>
          <ol className="mt-1.5 flex list-decimal flex-col gap-1 pl-6">
            {(registers ? t.listen.hints : t.hints).map((hint) => (
              <li key={hint}>{hint}</li>
            ))}
          </ol>
          {!registers && (
            <div className="mt-2">
              <Command text={curlOf(flow.hook_url, info.sample)} />
            </div>
          )}
        </div>
      )}
      {pasting && (
        <Suspense fallback={null}>
          <PasteDialog onClose={() => setPasting(false)} />
        </Suspense>
      )}
    </section>
  )
}

function SampleRow(props: { sample: Sample; chosen: boolean; onChoose: () => void }) {
  const { sample, chosen } = props
  const t = useTexts(builderTexts).trigger
  const lang = useLang()
  return (
    <li>
      <label
        className={cx(
          'flex cursor-pointer items-start gap-2 rounded-lg px-2 py-1.5 text-[0.8125rem]',
          chosen ? 'bg-accent-soft' : 'hover:bg-hover',
        )}
      >
        <input
          type="radio"
          name="sample"
          aria-label={`${t.takeSample}: ${clock(lang, sample.received_at)} ${sample.title}`}
          checked={chosen}
          onChange={props.onChoose}
          className="mt-0.5 size-4 shrink-0 accent-(--accent)"
        />
        <span className="num shrink-0 text-ink-soft">{clock(lang, sample.received_at)}</span>
        <span className="min-w-0 grow truncate" title={sample.title}>
          {sample.method ? `${sample.method} ` : ''}
          {sample.title}
        </span>
        {(chosen || sample.is_test) && (
          <span className="shrink-0 rounded bg-surface px-1.5 text-xs text-accent">
            {sample.is_test ? t.isTest : t.isSample}
          </span>
        )}
      </label>
    </li>
  )
}

function SendSample() {
  const store = useStore()
  const t = useTexts(builderTexts).trigger
  const client = useQueryClient()
  const errorText = useErrorText()
  const flow = useBuilder((s) => s.flow.id)
  const [busy, setBusy] = useState(false)
  const send = async () => {
    setBusy(true)
    try {
      await api.post(`/flows/${flow}/samples/send`, { body: {} })
      // The newest, which is this one, becomes the sample.
      store.set({ sample: null })
      toast(t.sent)
      await client.invalidateQueries({ queryKey: ['flow', flow] })
    } catch (error) {
      toast(errorText(error), 'bad')
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button size="sm" busy={busy} icon={<Send className="size-4" />} onClick={() => void send()}>
      {t.send}
    </Button>
  )
}
