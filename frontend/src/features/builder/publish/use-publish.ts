// What turns a flow on and off.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import type { Flow } from '@/api/types'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { subscriptionQuery } from '../data/queries'
import { index } from '../model/problems'
import { flushSaves, takeDraft } from '../store/session'
import { useStore } from '../store/state'

export function usePublish() {
  const all = useTexts(builderTexts)
  const t = all.publish
  const store = useStore()
  const client = useQueryClient()
  const navigate = useNavigate()
  const errorText = useErrorText()
  const [busy, setBusy] = useState(false)
  /** Events that waited until now; asked about once. */
  const [held, setHeld] = useState(0)
  const { id } = store.state.get().flow

  const refresh = async (): Promise<Flow> => {
    const flow = await api.get<Flow>(`/flows/${id}`)
    const { flow: now } = store.state.get()
    store.set({ flow: { ...flow, draft: now.draft } })
    client.setQueryData(subscriptionQuery(flow).queryKey, flow.subscription ?? null)
    void client.invalidateQueries({ queryKey: ['flows'] })
    void client.invalidateQueries({ queryKey: ['flow', id, 'versions'] })
    return flow
  }
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    setBusy(true)
    try {
      await work()
      return true
    } catch (error) {
      const problems = error instanceof ApiProblem ? error.body.problems : undefined
      if (problems?.length)
        store.set({
          problems: index(store.doc, problems),
        })
      else toast(errorText(error), 'bad')
      return false
    } finally {
      setBusy(false)
    }
  }
  /** Gives false where something is missing: then the list of problems says what. */
  const publish = () =>
    attempt(async () => {
      const first = store.state.get().flow.version === null
      await flushSaves(store)
      const made = await api.post<{ version: number; held: number }>(`/flows/${id}/publish`)
      await refresh()
      const watch = () => void navigate({ to: '/runs', search: { flow: id } })
      toast(first ? t.done : t.published(made.version), 'ok', { label: t.watch, run: watch })
      if (made.held > 0) setHeld(made.held)
    })
  const pause = () =>
    attempt(async () => {
      await api.post(`/flows/${id}/pause`)
      await refresh()
      toast(t.pausedToast, 'info', { label: all.undoEdit, run: () => void resume() })
    })
  const resume = () =>
    attempt(async () => {
      await api.post(`/flows/${id}/resume`)
      const flow = await refresh()
      toast(t.resumed)
      if (flow.held > 0) setHeld(flow.held)
    })
  const release = () =>
    attempt(async () => {
      const { released } = await api.post<{ released: number }>(`/flows/${id}/release`)
      toast(t.released(released))
      setHeld(0)
      await refresh()
    })
  const discard = () =>
    attempt(async () => {
      await flushSaves(store)
      await api.delete(`/flows/${id}/draft`)
      takeDraft(store, await api.get<Flow>(`/flows/${id}`))
      toast(t.discarded, 'info', { label: all.undoEdit, run: () => store.undo() })
    })
  return { busy, held, setHeld, publish, pause, resume, release, discard }
}
