// Every step tried with the data of the sample, nothing sent: one after another, as far as the
// visitor waits.
import { useCallback, useEffect, useRef, useState } from 'react'
import { api } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import type { StepTest } from '../data/types'
import { kindOf, type Step } from '../model/doc'
import { spots } from '../model/tree'
import { flushSaves } from '../store/session'
import { useStore } from '../store/state'

export interface Tried {
  step: Step
  /** Waits, is being tried, would work, would not. */
  state: 'waiting' | 'busy' | 'ok' | 'bad' | 'skipped'
  /** What would be sent, or what came of it. */
  result?: StepTest
  /** Why it could not be tried, or does not work. */
  problem?: string
}

/** Steps that do something with the data; the others only wait or answer. */
const TRIED = new Set(['action', 'set', 'filter', 'branch', 'for_each'])

/** What is said of a step that the server would not try. */
function refusal(error: unknown, otherwise: (error: unknown) => string): string {
  const first = error instanceof ApiProblem ? error.body.problems?.[0] : undefined
  return first?.message ?? otherwise(error)
}

/** Runs through the flow; `start` begins anew, leaving ends it. */
export function useDryRun(say: (error: unknown) => string) {
  const store = useStore()
  const [rows, setRows] = useState<Tried[] | null>(null)
  const [busy, setBusy] = useState(false)
  const stop = useRef<AbortController | null>(null)
  useEffect(() => () => stop.current?.abort(), [])
  const start = useCallback(async () => {
    stop.current?.abort()
    const stopper = new AbortController()
    stop.current = stopper
    const { signal } = stopper
    const steps = spots(store.doc).map(({ step }) => step)
    const first: Tried[] = steps.map((step) => ({
      step,
      state: step.disabled || !TRIED.has(kindOf(step)) ? 'skipped' : 'waiting',
    }))
    const put = (index: number, change: Partial<Tried>) =>
      setRows((now) => now?.with(index, { ...(now[index] as Tried), ...change }) ?? null)
    setRows(first)
    setBusy(true)
    try {
      await flushSaves(store)
      const { flow, sample } = store.state.get()
      const body = { sample_id: sample ?? undefined, dry_run: true }
      for (const [index, { step, state }] of first.entries()) {
        if (state === 'skipped') continue
        put(index, { state: 'busy' })
        try {
          const path = `/flows/${flow.id}/steps/${encodeURIComponent(step.id)}/test`
          const result = await api.post<StepTest>(path, { body, signal })
          put(
            index,
            result.error
              ? { state: 'bad', result, problem: result.error.detail || result.error.title }
              : { state: 'ok', result },
          )
        } catch (error) {
          if (signal.aborted) return
          put(index, { state: 'bad', problem: refusal(error, say) })
        }
      }
    } finally {
      if (!signal.aborted) setBusy(false)
    }
  }, [store, say])
  return { rows, busy, start }
}
