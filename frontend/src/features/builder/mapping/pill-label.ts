// What a pill says: its name and the value of the sample.
import type { Pill } from '../pills/pill'
import { type DataRow, shown } from '../sample/tree'
import { pathLabel } from '../tree/data-names'

export interface PillLabel {
  label: string
  value: string
  /** The sample has nothing there. */
  missing: boolean
  /** How many functions it goes through. */
  changes: number
}

export function pillLabel(pill: Pill, byPath: ReadonlyMap<string, DataRow>): PillLabel {
  const row = byPath.get(pill.path)
  const empty = row?.value === undefined || row.value === null || row.value === ''
  return {
    label: row?.label ?? pathLabel(pill.path),
    value: empty ? '' : shown(row.value, 28),
    // Without any data nothing can be said to be missing.
    missing: byPath.size > 0 && empty,
    changes: pill.transforms.length,
  }
}
