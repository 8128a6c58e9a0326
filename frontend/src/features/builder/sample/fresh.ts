// Fields that senders have begun to send: the newest deliveries have them, older ones do not.

interface Delivered {
  is_test: boolean
  fields?: readonly { path: string }[]
}

/** Paths that the newest delivery has and that were never there before some moment of the list.
 *  `samples` are newest first. */
export function freshPaths(samples: readonly Delivered[]): ReadonlySet<string> {
  const real = samples.filter((each) => !each.is_test && (each.fields?.length ?? 0) > 0)
  const [newest, ...older] = real.map((each) => new Set(each.fields?.map((f) => f.path)))
  const fresh = new Set<string>()
  if (!newest || older.length === 0) return fresh
  for (const path of newest) {
    const since = older.findIndex((each) => !each.has(path))
    const before = since < 0 ? [] : older.slice(since)
    // One that comes and goes is not new.
    if (before.length > 0 && before.every((each) => !each.has(path))) fresh.add(path)
  }
  return fresh
}
