import { X } from 'lucide-react'
import { useId, useRef } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Popover } from '@/ui/popover'
import type { Pill } from '../pills/pill'
import { shown } from '../sample/tree'
import { pillLabel } from './pill-label'
import { useMapping } from './scope'
import { TransformChain } from './transform-chain'
import { useResult } from './use-preview'

interface Props {
  pill: Pill
  anchor: HTMLElement
  /** Null takes the pill out. */
  onChange: (pill: Pill | null) => void
  onClose: () => void
}

/** Everything about one pill: where it comes from, what is done to it, what stands in for nothing. */
export function PillPopover({ pill, anchor, onChange, onClose }: Props) {
  const t = useTexts(builderTexts).mapping.pill
  const { byPath } = useMapping()
  const id = useId()
  // The element is drawn anew with each change: its place on the page stays.
  const box = useRef({ getBoundingClientRect: () => new DOMRect() } as unknown as Element)
  const rect = anchor.isConnected ? anchor.getBoundingClientRect() : null
  if (rect) box.current = { getBoundingClientRect: () => rect } as unknown as Element
  const { label, value, missing } = pillLabel(pill, byPath)
  const result = useResult(pill)
  const text = typeof pill.default === 'string' ? pill.default : shown(pill.default)
  return (
    <Popover
      open
      onOpenChange={(open) => !open && onClose()}
      anchor={box}
      label={t.title(label)}
      className="w-88 p-0"
    >
      <div className="flex flex-col gap-3 p-3">
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-[0.8125rem]">
          <dt className="text-ink-soft">{t.path}</dt>
          <dd className="min-w-0 font-mono text-xs leading-5 break-all">{pill.path}</dd>
          <dt className="text-ink-soft">{t.now}</dt>
          <dd className="min-w-0 break-words">
            {missing ? <span className="text-warn">{t.missing}</span> : value}
          </dd>
        </dl>
        <TransformChain
          transforms={pill.transforms}
          onChange={(transforms) => onChange({ ...pill, transforms })}
        />
        <div>
          <label htmlFor={`${id}-d`} className="mb-1 block text-[0.8125rem] font-medium">
            {t.default}
          </label>
          <input
            id={`${id}-d`}
            className="control"
            value={text}
            placeholder={t.defaultHint}
            onChange={(event) => {
              const { default: _old, ...rest } = pill
              const next = event.target.value
              onChange(next === '' ? rest : { ...rest, default: next })
            }}
          />
        </div>
        <p aria-live="polite" className="rounded-lg bg-sunken px-2.5 py-1.5 text-[0.8125rem]">
          <span className="mr-2 text-ink-soft">{t.result}</span>
          {result?.error ? (
            <span className="text-bad">{result.error}</span>
          ) : (
            <span className="break-words">{shown(result?.value, 300)}</span>
          )}
        </p>
      </div>
      <div className="border-t border-line px-2 py-1.5">
        <Button
          variant="quiet"
          size="sm"
          icon={<X className="size-4" />}
          onClick={() => {
            onChange(null)
            onClose()
          }}
        >
          {t.removePill}
        </Button>
      </div>
    </Popover>
  )
}
