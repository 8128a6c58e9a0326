// What the fields of a step share: the data of the sample, functions, previews, and which field
// takes what is pressed in the data.
import { createContext, use, useSyncExternalStore } from 'react'
import { type External, external } from '@/lib/external'
import type { Coverage, Previewed, TransformInfo } from '../data/types'
import type { FunctionTable } from '../pills/pill'
import type { DataGroup, DataRow } from '../sample/tree'

export interface MappingScope {
  flow: string
  /** The step whose fields these are; `trigger` for the trigger. */
  step: string
  sample: string | null
  table: FunctionTable
  transforms: readonly TransformInfo[]
  groups: readonly DataGroup[]
  byPath: ReadonlyMap<string, DataRow>
  preview: External<Previewed>
  coverage: ReadonlyMap<string, Coverage>
  /** Paths that the last deliveries have begun to have. */
  fresh: ReadonlySet<string>
  readOnly: boolean
  target: External<Target | null>
}

/** The field that is being written. */
export interface Target {
  id: string
  /** Puts a value where the cursor is. */
  insert: (path: string) => void
}

export const newTarget = () => external<Target | null>(null)

export const MappingContext = createContext<MappingScope | null>(null)

export function useMapping(): MappingScope {
  const scope = use(MappingContext)
  if (!scope) throw new Error('outside of a form of fields')
  return scope
}

export function useIsTarget(id: string): boolean {
  const { target } = useMapping()
  return useSyncExternalStore(target.subscribe, () => target.get()?.id === id)
}

export function useHasTarget(): boolean {
  const { target } = useMapping()
  return useSyncExternalStore(target.subscribe, () => target.get() !== null)
}

/** What the server says that a field will be. */
export function usePreviewOf(id: string): Previewed[string] | undefined {
  const { preview } = useMapping()
  return useSyncExternalStore(preview.subscribe, () => preview.get()[id])
}
