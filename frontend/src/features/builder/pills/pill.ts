// What a pill is, and the table of functions that reading and writing pills need.
import type { Json, Transform } from '../model/doc'

/** A path, what is done to its value, and what stands in for nothing. */
export interface Pill {
  path: string
  transforms: Transform[]
  default?: Json
}
export type Part = { text: string } | { pill: Pill }

export interface Param {
  name: string
  rest?: boolean
}
export interface FunctionShape {
  params: readonly Param[]
  /** Place of the input among positional arguments; null takes none. */
  input_at?: number | null
}
/** Functions by name, as `GET /transforms` lists them. */
export type FunctionTable = ReadonlyMap<string, FunctionShape>

const NO_PARAMS: FunctionShape = { params: [], input_at: 0 }

/** The shape of a function; `default` is always known. */
export function shape(table: FunctionTable, name: string): FunctionShape | undefined {
  if (name === 'default') {
    return { params: [{ name: 'value' }], input_at: 0 }
  }
  return table.get(name)
}

/** A table of functions without parameters, for places that know names alone. */
export function namesOnly(names: Iterable<string>): FunctionTable {
  return new Map([...names].map((n) => [n, NO_PARAMS]))
}
