import { type ReactNode, useState } from 'react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { readStored, writeStored } from '@/lib/stored'

const step = 24

/** Two panes with a bar between them; the right one keeps its width (remembered under `name`). */
export function Splitter(props: {
  name: string
  left: ReactNode
  right: ReactNode
  /** Widths of the right pane in pixels. */
  width: number
  min: number
  max: number
}) {
  const t = useTexts(commonTexts)
  const [width, setWidth] = useState(() => Number(readStored(`split.${props.name}`)) || props.width)
  const clamp = (next: number) => Math.round(Math.min(props.max, Math.max(props.min, next)))
  const put = (next: number) => {
    setWidth(clamp(next))
    writeStored(`split.${props.name}`, String(clamp(next)))
  }
  return (
    <div className="flex h-full min-h-0 w-full">
      <div className="min-w-0 flex-1">{props.left}</div>
      {/* biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be dragged nor focused. */}
      <div
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={t.resize}
        aria-valuenow={clamp(width)}
        aria-valuemin={props.min}
        aria-valuemax={props.max}
        className="relative w-px shrink-0 cursor-col-resize touch-none bg-line before:absolute before:inset-y-0 before:-left-1.5 before:w-3 hover:bg-accent focus-visible:bg-accent"
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') put(width + step)
          if (event.key === 'ArrowRight') put(width - step)
        }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          event.preventDefault()
        }}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
          const box = event.currentTarget.parentElement?.getBoundingClientRect()
          if (box) put(box.right - event.clientX)
        }}
      />
      <div className="min-w-0 shrink-0" style={{ width: clamp(width) }}>
        {props.right}
      </div>
    </div>
  )
}
