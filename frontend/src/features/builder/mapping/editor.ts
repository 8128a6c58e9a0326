// The editor of one field: CodeMirror with pills. It is loaded when a field first gets the focus,
// and only the field in focus has one.
import { autocompletion, type CompletionContext, completionStatus } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { type EditorState, Prec, EditorState as State, StateEffect } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from '@codemirror/view'
import type { FunctionTable, Pill } from '../pills/pill'
import { tagsIn } from '../pills/read'
import type { PillLabel } from './pill-label'
import { adoptStyles } from './styles'

export interface Suggestion {
  label: string
  detail: string
  tag: string
}

export interface EditorOptions {
  parent: HTMLElement
  text: string
  table: FunctionTable
  multiline: boolean
  /** Pills are shown as the code that they are. */
  code: boolean
  placeholder: string
  attributes: Record<string, string>
  labelOf: (pill: Pill) => PillLabel
  suggest: (query: string) => Suggestion[]
  onChange: (text: string) => void
  onPill: (index: number, element: HTMLElement) => void
  onEscape: () => void
}

export interface Editor {
  insert: (tag: string, at?: { x: number; y: number }) => void
  setText: (text: string) => void
  /** Draws pills anew: the sample or the way of showing them has changed. */
  refresh: (code: boolean) => void
  text: () => string
  focus: () => void
  destroy: () => void
}

/** Taken by the panel: it checks the step. */
const FOREIGN = new Set(['Mod-Enter'])

const refreshed = StateEffect.define<boolean>()

class PillWidget extends WidgetType {
  constructor(
    readonly label: PillLabel,
    readonly index: number,
    readonly open: EditorOptions['onPill'],
  ) {
    super()
  }
  override eq(other: PillWidget): boolean {
    return JSON.stringify([this.label, this.index]) === JSON.stringify([other.label, other.index])
  }
  override toDOM(): HTMLElement {
    const pill = document.createElement('span')
    pill.className = this.label.missing ? 'zv-pill zv-pill-missing' : 'zv-pill'
    const parts = [this.label.label, this.label.value].filter(Boolean)
    pill.textContent = `${this.label.missing ? '\u26a0 ' : ''}${parts.join(' · ')}`
    if (this.label.changes > 0) {
      const mark = document.createElement('span')
      mark.className = 'zv-pill-fn'
      mark.textContent = `ƒ${this.label.changes}`
      pill.append(mark)
    }
    pill.addEventListener('mousedown', (event) => {
      event.preventDefault()
      this.open(this.index, pill)
    })
    return pill
  }
  override ignoreEvent(): boolean {
    return true
  }
}

function pills(options: EditorOptions) {
  return ViewPlugin.fromClass(
    class {
      set: DecorationSet
      code = options.code
      constructor(view: EditorView) {
        this.set = this.build(view.state)
      }
      update(update: ViewUpdate) {
        const effects = update.transactions.flatMap((tr) => tr.effects)
        const effect = effects.find((e) => e.is(refreshed))
        if (effect) this.code = effect.value
        if (update.docChanged || effect) this.set = this.build(update.state)
      }
      build(state: EditorState): DecorationSet {
        if (this.code) return Decoration.none
        const tags = tagsIn(state.doc.toString(), options.table)
        const found = tags.flatMap((tag) =>
          tag.part && 'pill' in tag.part ? [{ tag, pill: tag.part.pill }] : [],
        )
        return Decoration.set(
          found.map(({ tag, pill }, index) => {
            const widget = new PillWidget(options.labelOf(pill), index, options.onPill)
            return Decoration.replace({ widget }).range(tag.start, tag.end)
          }),
        )
      }
    },
    {
      decorations: (p) => p.set,
      provide: (plugin) =>
        EditorView.atomicRanges.of((view) => view.plugin(plugin)?.set ?? Decoration.none),
    },
  )
}

function complete(options: EditorOptions) {
  return (context: CompletionContext) => {
    const typed = context.matchBefore(/\{\{[^{}]*/)
    if (!typed && !context.explicit) return null
    const from = typed?.from ?? context.pos
    const found = options.suggest(typed ? typed.text.slice(2) : '')
    return {
      from,
      filter: false,
      options: found.map((s) => ({ label: s.label, detail: s.detail, apply: s.tag })),
    }
  }
}

const theme = EditorView.theme({
  '&': { fontSize: 'inherit', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'inherit', lineHeight: '1.6' },
  '.cm-content': { padding: '0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0' },
  '.cm-placeholder': { color: 'var(--ink-faint)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line)',
    borderRadius: '0.5rem',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.3rem 0.6rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent-soft)',
    color: 'var(--ink)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'inherit' },
  '.cm-completionDetail': { color: 'var(--ink-faint)', fontStyle: 'normal' },
})

export function mountEditor(options: EditorOptions): Editor {
  adoptStyles()
  const oneLine = options.multiline
    ? []
    : [
        keymap.of([{ key: 'Enter', run: () => true, shift: () => true }]),
        EditorView.clipboardInputFilter.of((text) => text.replace(/\s*\n\s*/g, ' ')),
      ]
  // Escape closes the list of suggestions first.
  const onEscape = keymap.of([
    {
      key: 'Escape',
      run: (view) => {
        if (completionStatus(view.state)) return false
        options.onEscape()
        return true
      },
    },
  ])
  const view = new EditorView({
    parent: options.parent,
    state: State.create({
      doc: options.text,
      selection: { anchor: options.text.length },
      extensions: [
        history(),
        autocompletion({ override: [complete(options)], icons: false }),
        // Before the keys of every editor, of which one begins a new line.
        oneLine,
        keymap.of([...defaultKeymap.filter((k) => !FOREIGN.has(k.key ?? '')), ...historyKeymap]),
        Prec.low(onEscape),
        EditorView.lineWrapping,
        placeholder(options.placeholder),
        EditorView.contentAttributes.of(options.attributes),
        pills(options),
        theme,
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString())
        }),
      ],
    }),
  })
  return {
    insert(tag, at) {
      const dropped = at ? view.posAtCoords(at) : null
      const { from, to } =
        dropped === null ? view.state.selection.main : { from: dropped, to: dropped }
      view.dispatch({
        changes: { from, to, insert: tag },
        selection: { anchor: from + tag.length },
        userEvent: 'input',
      })
      view.focus()
    },
    setText(text) {
      if (text === view.state.doc.toString()) return
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
    },
    refresh: (code) => view.dispatch({ effects: refreshed.of(code) }),
    text: () => view.state.doc.toString(),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  }
}
