import { useRef, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { useNaming } from '../data/hooks'
import type { Change } from '../model/changes'
import { LazyPopover } from '../panel/lazy-popover'
import { useBuilder, useStore } from '../store/state'
import { usePublish } from './use-publish'
import { useUnpublished } from './use-unpublished'

const bar = 'flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5'

/** Lines over the tree: what is not published yet, and events that wait. */
export function Bars() {
  const all = useTexts(builderTexts)
  const t = all.publish
  const store = useStore()
  const unpublished = useUnpublished()
  const held = useBuilder((s) => (s.flow.version === null ? 0 : s.flow.held))
  const naming = useNaming()
  const { busy, discard, release } = usePublish()
  const [list, setList] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  const words = (c: Change): string =>
    'step' in c ? t.change[c.what](naming.name(c.step)) : t.change[c.what]
  if (store.readOnly) return <p className={`${bar} bg-info-soft text-info`}>{all.readOnly}</p>
  return (
    <>
      {unpublished.length > 0 && (
        <div className={`${bar} bg-accent-soft`}>
          <button
            ref={anchor}
            type="button"
            aria-expanded={list}
            onClick={() => setList(true)}
            className="min-h-6 font-medium text-accent underline"
          >
            {t.unpublished(unpublished.length)}
          </button>
          <LazyPopover
            open={list}
            onOpenChange={setList}
            anchor={anchor}
            label={t.unpublished(unpublished.length)}
          >
            <ul className="flex flex-col gap-1">
              {unpublished.map((c) => (
                <li key={'step' in c ? `${c.what}${c.step.id}` : c.what}>{words(c)}</li>
              ))}
            </ul>
          </LazyPopover>
          <span className="grow" />
          <Button size="sm" variant="quiet" busy={busy} onClick={() => void discard()}>
            {t.discard}
          </Button>
        </div>
      )}
      {held > 0 && (
        <div className={`${bar} bg-warn-soft text-warn`}>
          <span>{t.heldBar(held)}</span>
          <span className="grow" />
          <Button size="sm" busy={busy} onClick={() => void release()}>
            {t.release}
          </Button>
        </div>
      )}
    </>
  )
}
