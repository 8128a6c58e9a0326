import { cx } from '@/lib/cx'
import { keyed } from '@/lib/keyed'
import type { Part } from '../pills/pill'
import type { DataRow } from '../sample/tree'
import { pillLabel } from './pill-label'

/** Text and pills at rest: the look of the editor without its weight. */
export function PartsView(props: {
  parts: readonly Part[]
  byPath: ReadonlyMap<string, DataRow>
  onPill?: (index: number, element: HTMLElement) => void
}) {
  let pills = -1
  return keyed(props.parts).map(({ item: part, key }) => {
    if ('text' in part) {
      return <span key={key}>{part.text}</span>
    }
    pills += 1
    const index = pills
    const { label, value, missing, changes } = pillLabel(part.pill, props.byPath)
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: keys reach it through the field.
      <span
        key={key}
        className={cx('zv-pill', missing && 'zv-pill-missing')}
        onMouseDown={(event) => {
          if (!props.onPill) return
          event.preventDefault()
          event.stopPropagation()
          props.onPill(index, event.currentTarget)
        }}
      >
        {missing ? '\u26a0 ' : ''}
        {[label, value].filter(Boolean).join(' · ')}
        {changes > 0 && <span className="zv-pill-fn">{`ƒ${changes}`}</span>}
      </span>
    )
  })
}
