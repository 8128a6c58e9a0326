import {
  lazy,
  Suspense,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import type { Source, Tail } from '../model/doc'
import type { Part, Pill } from '../pills/pill'
import { parts as readParts } from '../pills/read'
import { readValue, writeParts, writeText } from '../pills/value'
import { writePill } from '../pills/write'
import { search, shown } from '../sample/tree'
import { dropData } from '../tree/drag'
import type { Editor } from './editor'
import './mapping.css'
import { PartsView } from './pill-chip'
import { pillLabel } from './pill-label'
import { useIsTarget, useMapping } from './scope'

const PillPopover = lazy(() => import('./pill-popover').then((m) => ({ default: m.PillPopover })))

export interface ValueFieldProps {
  /** The key of the field in its step: `input.phone`. */
  id: string
  labelId: string
  describedBy?: string
  value: Source | undefined
  onChange: (source: Source | undefined) => void
  multiline?: boolean
  invalid?: boolean
  placeholder?: string
  code?: boolean
}

const NO_TAIL: Tail = {}
const SUGGESTIONS = 40

const load = () => import('./editor')

/** A field of text and pills. The editor stands in it while it has the focus. */
export function ValueField(props: ValueFieldProps) {
  const { id, value, onChange, multiline = false, code = false } = props
  const t = useTexts(builderTexts).mapping
  const scope = useMapping()
  const { table, byPath, target } = scope
  const active = useIsTarget(id)
  const box = useRef<HTMLDivElement>(null)
  const mount = useRef<HTMLDivElement>(null)
  const editor = useRef<Editor | null>(null)
  /** Typed before the editor was there. */
  const early = useRef('')
  const [ready, setReady] = useState(false)
  const [over, setOver] = useState(false)
  const [pill, setPill] = useState<{ index: number; element: HTMLElement } | null>(null)
  const read = useMemo(() => readValue(value, table), [value, table])
  const text = 'text' in read ? read.text : ''
  const tail = 'tail' in read ? read.tail : NO_TAIL

  // The newest of everything, for an editor that lives longer than a render.
  const latest = useRef({ scope, onChange, tail, text })
  latest.current = { scope, onChange, tail, text }

  const change = useCallback((next: string) => {
    const { onChange, scope, tail } = latest.current
    onChange(writeText(next, scope.table, tail))
  }, [])

  const insert = useCallback(
    (path: string, at?: { x: number; y: number }) => {
      const tag = writePill({ path, transforms: [] }, latest.current.scope.table)
      if (!tag) return
      if (editor.current) editor.current.insert(tag, at)
      else change(latest.current.text + tag)
    },
    [change],
  )

  const activate = useCallback(() => {
    if (!latest.current.scope.readOnly) target.set({ id, insert })
  }, [id, insert, target])

  // The editor is made once for each stay of the focus; what changes meanwhile goes through `latest`
  // and the effects below.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!active) return
    let gone = false
    void load().then(({ mountEditor }) => {
      if (gone || !mount.current) return
      editor.current = mountEditor({
        parent: mount.current,
        text: latest.current.text,
        table,
        multiline,
        code,
        placeholder: props.placeholder ?? t.placeholder,
        attributes: {
          'aria-labelledby': props.labelId,
          ...(props.describedBy ? { 'aria-describedby': props.describedBy } : {}),
          ...(props.invalid ? { 'aria-invalid': 'true' } : {}),
          'data-field-editor': id,
        },
        labelOf: (p) => pillLabel(p, latest.current.scope.byPath),
        suggest: (query) =>
          search(latest.current.scope.groups, query)
            .flatMap((g) => g.rows)
            .slice(0, SUGGESTIONS)
            .flatMap((row) => {
              const tag = writePill({ path: row.path, transforms: [] }, table)
              return tag ? [{ label: row.label, detail: shown(row.value, 40), tag }] : []
            }),
        onChange: change,
        onPill: (index, element) => setPill({ index, element }),
        onEscape: () => target.set(null),
      })
      setReady(true)
    })
    return () => {
      gone = true
      editor.current?.destroy()
      editor.current = null
      setReady(false)
      // Gone before the editor came: what was typed is not lost.
      if (early.current) change(latest.current.text + early.current)
      early.current = ''
    }
  }, [active])

  // A change from outside: undo, automatic mapping, a pill's own panel. Before what was typed early is
  // put in: that is not in `text` yet and would be taken out again.
  useLayoutEffect(() => {
    if (ready && editor.current) editor.current.setText(text)
  }, [text, ready])

  // Only what is shown can take the focus, and only while nobody has gone on to another field. Before
  // the page is drawn: the field in whose place it stands is gone, and a key would go nowhere.
  useLayoutEffect(() => {
    const focused = document.activeElement
    if (!ready || (focused !== document.body && !box.current?.contains(focused))) return
    editor.current?.focus()
    if (early.current) editor.current?.insert(early.current)
    early.current = ''
  }, [ready])
  useEffect(() => {
    if (ready && byPath) editor.current?.refresh(code)
  }, [byPath, code, ready])
  useEffect(() => {
    if (scope.readOnly || !box.current) return
    return dropData(box.current, setOver, (path, at) => insert(path, at))
  }, [insert, scope.readOnly])

  const parts = read.kind === 'parts' ? read.parts : (readParts(text, table) ?? [{ text }])
  const pills = parts.flatMap((p) => ('pill' in p ? [p.pill] : []))
  const setPillAt = (index: number, next: Pill | null) => {
    let at = -1
    const list = parts.flatMap((p): Part[] => {
      if ('text' in p) return [p]
      at += 1
      if (at !== index) return [p]
      return next ? [{ pill: next }] : []
    })
    onChange(writeParts(list, table, tail))
  }
  const shownPill = pill && pills[pill.index]
  return (
    <div
      ref={box}
      data-field={id}
      className={cx(
        'control relative cursor-text break-words',
        multiline ? 'min-h-20' : '',
        code && 'font-mono text-[0.8125rem]',
        active && 'outline-2 -outline-offset-1 outline-accent',
        over && 'bg-accent-soft',
        props.invalid && 'border-bad',
      )}
    >
      {active && <div ref={mount} className={ready ? '' : 'hidden'} />}
      {!ready && (
        // biome-ignore lint/a11y/useSemanticElements: an <input> cannot hold pills.
        <div
          role="textbox"
          tabIndex={0}
          aria-labelledby={props.labelId}
          aria-describedby={props.describedBy}
          aria-invalid={props.invalid || undefined}
          aria-multiline={multiline}
          aria-readonly={scope.readOnly || undefined}
          onPointerEnter={() => void load()}
          onFocus={activate}
          onKeyDown={(event) => {
            const { key, ctrlKey, metaKey, altKey } = event
            if (scope.readOnly || key.length !== 1 || ctrlKey || metaKey || altKey) return
            early.current += key
            event.preventDefault()
          }}
          className="min-h-5.5 leading-[1.6] whitespace-pre-wrap outline-none"
        >
          {text === '' ? (
            <span className="text-ink-faint">{props.placeholder ?? t.placeholder}</span>
          ) : code ? (
            text
          ) : (
            <PartsView
              parts={parts}
              byPath={byPath}
              onPill={(index, element) => setPill({ index, element })}
            />
          )}
        </div>
      )}
      {pill && shownPill && (
        <Suspense fallback={null}>
          <PillPopover
            pill={shownPill}
            anchor={pill.element}
            onChange={(next) => setPillAt(pill.index, next)}
            onClose={() => setPill(null)}
          />
        </Suspense>
      )}
    </div>
  )
}
