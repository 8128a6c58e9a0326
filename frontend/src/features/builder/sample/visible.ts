// Which rows of the data are shown while some of them are folded.
import type { DataRow } from './tree'

/** The rows that are not below a folded one; rows with children are folded unless opened. */
export function visibleRows(rows: readonly DataRow[], opened: ReadonlySet<string>): DataRow[] {
  const out: DataRow[] = []
  let hiddenBelow = Number.POSITIVE_INFINITY
  for (const row of rows) {
    if (row.depth > hiddenBelow) continue
    hiddenBelow = Number.POSITIVE_INFINITY
    out.push(row)
    if (row.parent && !opened.has(row.path)) hiddenBelow = row.depth
  }
  return out
}
