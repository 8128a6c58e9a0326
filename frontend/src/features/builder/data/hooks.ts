// What components ask for again and again: the catalogue, functions, names.
import { useQuery } from '@tanstack/react-query'
import { createContext, use, useMemo, useSyncExternalStore } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import type { Step } from '../model/doc'
import type { Located } from '../model/problems'
import type { FunctionTable } from '../pills/pill'
import { type BuilderStore, useBuilder } from '../store/state'
import { dataNames, namesShape } from '../tree/data-names'
import { stepName, stepSummary } from '../tree/summary'
import { type FoundAction, findAction, findTrigger, tableOf } from './catalogue'
import { problemText } from './problem-text'
import { connectorsQuery, transformsQuery } from './queries'
import type { ConnectorInfo, TransformInfo } from './types'

const NONE: ConnectorInfo[] = []
const NO_TRANSFORMS: TransformInfo[] = []
const tables = new WeakMap<TransformInfo[], FunctionTable>()

export const useConnectors = (): ConnectorInfo[] => useQuery(connectorsQuery()).data ?? NONE

export const useTransforms = (): TransformInfo[] =>
  useQuery(transformsQuery()).data ?? NO_TRANSFORMS

/** The functions for reading and writing pills; one table for all who ask. */
export function useTable(): FunctionTable {
  const transforms = useTransforms()
  let table = tables.get(transforms)
  if (!table) {
    table = tableOf(transforms)
    tables.set(transforms, table)
  }
  return table
}

export interface Naming {
  find: (step: Step) => FoundAction | null
  name: (step: Step) => string
  summary: (step: Step) => string
  /** What a problem of a step says. */
  problem: (step: Step, located: Located) => string
}

/** One for all cards: a hundred of them ask for names. */
export const NamingContext = createContext<Naming | null>(null)

export function useNaming(): Naming {
  const naming = use(NamingContext)
  if (!naming) throw new Error('outside of the builder')
  return naming
}

/** What the provider of `NamingContext` gives. */
export function useMakeNaming(store: BuilderStore): Naming {
  const t = useTexts(builderTexts).steps
  const connectors = useConnectors()
  const table = useTable()
  // Not with every key that is pressed: all cards are drawn anew when names change.
  const shape = useSyncExternalStore(store.state.subscribe, () => namesShape(store.doc))
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is what it reads of the document
  return useMemo(() => {
    const words = { table, t, name: dataNames(store.doc, connectors, t.data) }
    const find = (step: Step): FoundAction | null => findAction(connectors, step)
    return {
      find,
      name: (step: Step) => stepName(step, find(step), t),
      summary: (step: Step) => stepSummary(step, find(step), words),
      problem: (step: Step, located: Located) => {
        const found = find(step)
        return problemText(located, found && { ...found, fields: found.action.fields }, t.missing)
      },
    }
  }, [connectors, table, t, store, shape])
}

export function useTrigger() {
  const connectors = useConnectors()
  const trigger = useBuilder((s) => s.history.present.trigger)
  return useMemo(() => {
    const doc = { zveno: 1 as const, name: '', trigger, steps: [] }
    return findTrigger(connectors, doc)
  }, [connectors, trigger])
}

/** What a problem of the trigger says. */
export function useTriggerProblem(): (located: Located) => string {
  const t = useTexts(builderTexts).steps.missing
  const found = useTrigger()
  return (located) => problemText(located, found && { ...found, fields: found.trigger.fields }, t)
}
