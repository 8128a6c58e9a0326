import { useQuery } from '@tanstack/react-query'
import { Sparkles } from 'lucide-react'
import { api } from '@/api/client'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { toast } from '@/ui/toast'
import type { ActionInfo, Automapped } from '../data/types'
import { update } from '../model/edit'
import { find } from '../model/tree'
import { isEmpty } from '../pills/value'
import { useBuilder, useStore } from '../store/state'
import { useMapping } from './scope'

/** One button that fills what is empty from data with like names; one press takes it back. */
export function AutoMap({ step, action }: { step: string; action: ActionInfo }) {
  const all = useTexts(builderTexts)
  const t = all.mapping
  const store = useStore()
  const { flow, sample, groups } = useMapping()
  const doc = useBuilder((s) => s.history.present)
  const found = find(doc, step)?.step
  const input = found && 'action' in found ? (found.input ?? {}) : {}
  const open = action.fields
    .filter((f) => f.mappable !== false && !f.secret && f.type !== 'info' && isEmpty(input[f.key]))
    .map((f) => f.key)
  // The server changes nothing: it is asked beforehand, so that the button says how much it fills.
  const asked = useQuery({
    queryKey: ['flow', flow, 'automap', step, sample, action.key, open],
    queryFn: async ({ signal }) => {
      const body = { flow_id: flow, step, sample_id: sample ?? undefined, doc: store.doc }
      const answer = await api.post<Automapped>('/automap', { body, signal })
      return Object.entries(answer.fields).filter(([key]) => open.includes(key))
    },
    enabled: !store.readOnly && open.length > 0 && groups.length > 0,
    staleTime: 30_000,
    retry: false,
  })
  const fits = asked.data ?? []
  if (store.readOnly || fits.length === 0) return null
  const fill = () => {
    store.edit((d) =>
      update(d, step, (s) =>
        'action' in s ? { ...s, input: { ...s.input, ...Object.fromEntries(fits) } } : s,
      ),
    )
    toast(t.autoDone(fits.length), 'ok', { label: all.undoEdit, run: () => store.undo() })
  }
  return (
    <Button icon={<Sparkles className="size-4 text-accent" />} className="w-full" onClick={fill}>
      {t.auto(fits.length)}
    </Button>
  )
}
