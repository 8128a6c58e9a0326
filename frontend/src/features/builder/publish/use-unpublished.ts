import { useMemo } from 'react'
import { type Change, changes } from '../model/changes'
import type { Doc } from '../model/doc'
import { useBuilder } from '../store/state'

const NONE: Change[] = []

/** What the draft has that the published version has not. */
export function useUnpublished(): Change[] {
  const doc = useBuilder((s) => s.history.present)
  const published = useBuilder((s) => s.flow.published_doc as Doc | null)
  return useMemo(() => (published ? changes(published, doc) : NONE), [published, doc])
}
