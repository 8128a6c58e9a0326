import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { external } from '@/lib/external'
import { useTable, useTransforms } from '../data/hooks'
import { contextQuery, coverageQuery, previewQuery, samplesQuery } from '../data/queries'
import type { Coverage, Previewed } from '../data/types'
import type { Doc, Fields } from '../model/doc'
import { find, spots } from '../model/tree'
import { freshPaths } from '../sample/fresh'
import { rowsOf, valuesByPath } from '../sample/tree'
import { TRIGGER, useBuilder, useStore } from '../store/state'
import { MappingContext, type MappingScope, newTarget } from './scope'
import { useSettled } from './use-preview'

const NONE: never[] = []

/** Changes when other data may be seen: another trigger, other steps, another order. */
export const contextShape = (doc: Doc): string =>
  [
    doc.trigger.connector,
    doc.trigger.event,
    ...spots(doc).map((s) => `${s.step.id}:${'action' in s.step ? s.step.action : s.lane.key}`),
  ].join(' ')

/** Gives the fields inside what they share. `fields` are those that are previewed. */
export function MappingProvider(props: { step: string; fields: Fields; children: ReactNode }) {
  const { step } = props
  const store = useStore()
  const flow = useBuilder((s) => s.flow.id)
  const sample = useBuilder((s) => s.sample)
  const tested = useBuilder((s) => s.tested.size)
  const table = useTable()
  const transforms = useTransforms()
  const saved = useBuilder((s) => contextShape(s.flow.draft.doc as Doc))
  // The server does not know a step before it is saved.
  const known = useBuilder((s) => step === TRIGGER || Boolean(find(s.flow.draft.doc as Doc, step)))
  const asked = useQuery({
    ...contextQuery(flow, step, sample, `${saved} ${tested}`),
    enabled: known,
  })
  const context = asked.data ?? NONE
  const covered = useQuery(coverageQuery(flow)).data ?? NONE
  const labels = useBuilder((s) => s.history.present.trigger.labels)
  const samples = useQuery(samplesQuery(flow)).data ?? NONE
  const fresh = useMemo(() => freshPaths(samples), [samples])
  const groups = useMemo(() => rowsOf(context, labels), [context, labels])
  const byPath = useMemo(() => valuesByPath(groups), [groups])
  const coverage = useMemo(
    () => new Map<string, Coverage>(covered.map((c) => [c.path, c])),
    [covered],
  )
  const [preview] = useState(() => external<Previewed>({}))
  const [target] = useState(newTarget)
  const text = useSettled(JSON.stringify(props.fields))
  const fields = useMemo(() => JSON.parse(text) as Fields, [text])
  const answer = useQuery(previewQuery(flow, step, sample, fields)).data
  useEffect(() => preview.set(answer ?? {}), [answer, preview])
  const scope = useMemo<MappingScope>(
    () => ({
      flow,
      step,
      sample,
      table,
      transforms,
      groups,
      byPath,
      preview,
      coverage,
      fresh,
      readOnly: store.readOnly,
      target,
    }),
    [
      flow,
      step,
      sample,
      table,
      transforms,
      groups,
      byPath,
      preview,
      coverage,
      fresh,
      store,
      target,
    ],
  )
  return <MappingContext value={scope}>{props.children}</MappingContext>
}
