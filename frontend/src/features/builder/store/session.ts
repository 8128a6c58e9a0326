// One visit to a flow: its store, its saver, and what happens when they meet.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Flow } from '@/api/types'
import { saveDraft } from '../data/queries'
import type { Doc } from '../model/doc'
import { Saver } from './saver'
import { BuilderStore } from './state'

const savers = new WeakMap<BuilderStore, Saver<Doc>>()

/** Waits until the server has every edit. */
export const flushSaves = async (store: BuilderStore): Promise<void> => savers.get(store)?.flush()

/** Ends a conflict: `flow` is what the server has. */
export function settleConflict(store: BuilderStore, flow: Flow, keepMine: boolean): void {
  const saver = savers.get(store)
  if (keepMine) {
    store.set({ flow: { ...flow, draft: { ...flow.draft, doc: store.doc } } })
    saver?.settle(flow.draft.etag, store.doc)
  } else {
    store.onEdit = () => {}
    store.replace(flow)
    store.onEdit = (doc) => saver?.put(doc)
    saver?.settle(flow.draft.etag, null)
  }
}

/** Takes what the server has made of the draft (restored, discarded) as the new state. */
export const takeDraft = (store: BuilderStore, flow: Flow): void =>
  settleConflict(store, flow, false)

/** The store of a flow, for as long as the page shows it. */
export function useSession(flow: Flow, readOnly: boolean): BuilderStore {
  const client = useQueryClient()
  const [store] = useState(() => new BuilderStore(flow, readOnly))
  useEffect(() => {
    const saver = new Saver<Doc>({
      etag: store.state.get().flow.draft.etag,
      save: (doc, etag) => saveDraft(flow.id, doc, etag),
      onState: (save) => store.set({ save }),
      onSaved: (saved, doc) => {
        store.saved(saved, doc)
        void client.invalidateQueries({ queryKey: ['flows'] })
      },
    })
    savers.set(store, saver)
    store.onEdit = (doc) => saver.put(doc)
    const leave = (event: BeforeUnloadEvent) => {
      if (!saver.pending) return
      void saver.flush()
      event.preventDefault()
    }
    addEventListener('beforeunload', leave)
    return () => {
      removeEventListener('beforeunload', leave)
      void saver.flush()
      saver.stop()
    }
  }, [store, flow.id, client])
  return store
}
