import { type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import type { FlowRow, FlowState, Page } from '@/api/types'
import { commonTexts, flowsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'

type Pages = InfiniteData<Page<FlowRow>, string | null>

/** How the wanted state is reached: the first turning on publishes the draft. */
export function verbFor(flow: FlowRow, on: boolean): 'publish' | 'resume' | 'pause' {
  if (!on) return 'pause'
  return flow.version === null ? 'publish' : 'resume'
}

/** Turns a flow on or off: shown at once, taken back if refused, with a way to undo. */
export function useSwitchFlow() {
  const t = useTexts(flowsTexts)
  const common = useTexts(commonTexts)
  const say = useErrorText()
  const client = useQueryClient()
  const navigate = useNavigate()

  const show = (id: string, state: FlowState) =>
    client.setQueriesData<Pages>({ queryKey: ['flows', 'list'] }, (data) => {
      if (!data) return data
      const put = (flow: FlowRow) => (flow.id === id ? { ...flow, state } : flow)
      return {
        ...data,
        pages: data.pages.map((page) => ({ ...page, items: page.items.map(put) })),
      }
    })

  const refused = (flow: FlowRow, error: unknown) => {
    show(flow.id, flow.state)
    const missing = error instanceof ApiProblem ? (error.body.problems?.length ?? 0) : 0
    if (missing === 0) return toast(say(error), 'bad')
    toast(t.cannotPublish(missing), 'bad', {
      label: t.fix,
      run: () => void navigate({ to: '/flows/$id', params: { id: flow.id } }),
    })
  }

  const turn = async (flow: FlowRow, on: boolean, undoable = true): Promise<void> => {
    show(flow.id, on ? 'on' : 'paused')
    try {
      await api.post(`/flows/${flow.id}/${verbFor(flow, on)}`)
    } catch (error) {
      refused(flow, error)
      return
    }
    void client.invalidateQueries({ queryKey: ['flows'] })
    const now: FlowRow = { ...flow, state: on ? 'on' : 'paused', version: flow.version ?? 1 }
    const undo = { label: common.undo, run: () => void turn(now, !on, false) }
    toast(on ? t.turnedOn : t.turnedOff, 'ok', undoable ? undo : undefined)
  }
  return (flow: FlowRow, on: boolean) => void turn(flow, on)
}
