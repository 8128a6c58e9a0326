// What the builder knows at a moment. One store per open flow; the page follows slices of it.
import { createContext, use, useSyncExternalStore } from 'react'
import type { Flow } from '@/api/types'
import { type External, external } from '@/lib/external'
import type { Doc } from '../model/doc'
import type { Place } from '../model/edit'
import { type History, push, redo, start, undo } from '../model/history'
import { index, type ProblemIndex } from '../model/problems'
import { find } from '../model/tree'
import type { Listening } from '../trigger/listen-model'
import type { Saved, SaveState } from './saver'

export const TRIGGER = 'trigger'
export type PanelTab = 'setup' | 'test' | 'errors'

export interface BuilderState {
  /** Of the server: name, address, published version. */
  flow: Flow
  history: History<Doc>
  problems: ProblemIndex
  save: SaveState
  /** `trigger`, a step's id, or nothing. */
  selected: string | null
  tab: PanelTab
  /** A field to jump to, and a count so that the same one can be asked for again. */
  jump: { field: string; time: number } | null
  sample: string | null
  /** What the service was asked to send to the draft in this visit. */
  listening: Listening | null
  folded: ReadonlySet<string>
  /** Where the step that is being chosen will stand. */
  adding: Place | null
  /** Secrets that were made just now, to be copied. */
  made: { name: string; value: string }[]
  /** The step that is to be checked as soon as its tab is open. */
  autoTest: string | null
  /** Steps whose test succeeded in this visit. */
  tested: ReadonlySet<string>
}

export class BuilderStore {
  readonly state: External<BuilderState>
  /** Called with every new document. */
  onEdit: (doc: Doc) => void = () => {}

  constructor(
    flow: Flow,
    readonly readOnly: boolean,
  ) {
    const doc = flow.draft.doc as Doc
    this.state = external<BuilderState>({
      flow,
      history: start(doc),
      problems: index(doc, flow.draft.problems),
      save: { is: 'saved', at: Date.parse(flow.draft.at) || Date.now() },
      selected: null,
      tab: 'setup',
      jump: null,
      sample: null,
      listening: null,
      folded: new Set(),
      adding: null,
      made: [],
      autoTest: null,
      tested: new Set(),
    })
  }

  get doc(): Doc {
    return this.state.get().history.present
  }

  set(change: Partial<BuilderState>): void {
    this.state.set({ ...this.state.get(), ...change })
  }

  private put(history: History<Doc>, more: Partial<BuilderState> = {}): void {
    if (this.readOnly || history === this.state.get().history) return
    this.set({ history, ...more })
    this.onEdit(history.present)
  }

  /** One edit. Edits with the same tag in a row are one step of undo. */
  edit(change: (doc: Doc) => Doc, tag: string | null = null, more?: Partial<BuilderState>): void {
    this.put(push(this.state.get().history, change(this.doc), Date.now(), tag), more)
  }

  undo(): void {
    this.put(undo(this.state.get().history))
    this.keepSelection()
  }

  redo(): void {
    this.put(redo(this.state.get().history))
    this.keepSelection()
  }

  private keepSelection(): void {
    const { selected } = this.state.get()
    if (selected && selected !== TRIGGER && !find(this.doc, selected)) this.select(null)
  }

  select(id: string | null, to: { tab?: PanelTab; field?: string } = {}): void {
    const now = this.state.get()
    const tab = to.tab ?? (id === now.selected ? now.tab : 'setup')
    const jump = to.field ? { field: to.field, time: Date.now() } : null
    this.set({ selected: id, tab, jump, adding: null })
  }

  saved(saved: Saved, doc: Doc): void {
    const { flow } = this.state.get()
    const draft = { ...flow.draft, doc, etag: saved.etag, problems: saved.problems }
    const made = [...this.state.get().made, ...(saved.generated_secrets ?? [])]
    this.set({ problems: index(doc, saved.problems), flow: { ...flow, draft }, made })
  }

  fold(id: string): void {
    const folded = new Set(this.state.get().folded)
    if (!folded.delete(id)) folded.add(id)
    this.set({ folded })
  }

  markTested(id: string): void {
    this.set({ tested: new Set([...this.state.get().tested, id]) })
  }

  /** Takes a document of the server in place of what is here. */
  replace(flow: Flow): void {
    const doc = flow.draft.doc as Doc
    const history = push(this.state.get().history, doc, Date.now())
    this.set({ flow, history, problems: index(doc, flow.draft.problems) })
    this.keepSelection()
  }
}

export const BuilderContext = createContext<BuilderStore | null>(null)

export function useStore(): BuilderStore {
  const store = use(BuilderContext)
  if (!store) throw new Error('outside of the builder')
  return store
}

/** A slice of the state; give back parts of it, not new objects. */
export function useBuilder<T>(slice: (state: BuilderState) => T): T {
  const { state } = useStore()
  return useSyncExternalStore(state.subscribe, () => slice(state.get()))
}

export const useDoc = (): Doc => useBuilder((s) => s.history.present)
