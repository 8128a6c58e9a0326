/** Something in a list that is known by its id. */
export interface Row {
  id: string
}

export interface Merge<T> {
  /** Rows that are in the list already, as they are now. */
  changed: Map<string, T>
  /** Rows that the list does not have, newest first, one per id. */
  fresh: T[]
}

/**
 * Sorts news into changes of what is shown and rows that wait to be shown, so that nothing moves
 * under the pointer. Later news about a row replace earlier ones; `waiting` rows keep their place.
 */
export function mergeNews<T extends Row>(
  shown: ReadonlySet<string>,
  waiting: readonly T[],
  news: readonly T[],
  wanted: (row: T) => boolean,
): Merge<T> {
  const changed = new Map<string, T>()
  const arrived = new Map<string, T>()
  const known = new Map(waiting.map((row) => [row.id, row]))
  for (const row of news) {
    if (shown.has(row.id)) changed.set(row.id, row)
    else if (known.has(row.id)) known.set(row.id, row)
    else {
      arrived.delete(row.id)
      arrived.set(row.id, row)
    }
  }
  const fresh = [...[...arrived.values()].reverse(), ...known.values()]
  return { changed, fresh: fresh.filter(wanted) }
}

/** The rows with changes put in; the same array where nothing changed. */
export function patchRows<T extends Row>(
  rows: T[],
  changed: ReadonlyMap<string, T>,
  complete: (before: T, now: T) => T = (_, now) => now,
): T[] {
  if (!rows.some((row) => changed.has(row.id))) return rows
  return rows.map((row) => {
    const next = changed.get(row.id)
    return next ? { ...row, ...complete(row, next) } : row
  })
}
