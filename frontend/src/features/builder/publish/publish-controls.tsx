import { CirclePause, CirclePlay, Pencil, Power } from 'lucide-react'
import { lazy, Suspense, useRef, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Badge } from '@/ui/badge'
import { Button, IconButton } from '@/ui/button'
import { LazyPopover } from '../panel/lazy-popover'
import { useBuilder, useStore } from '../store/state'
import { ProblemList } from './problem-list'
import { usePublish } from './use-publish'
import { useUnpublished } from './use-unpublished'

const HeldDialog = lazy(() => import('./held-dialog').then((m) => ({ default: m.HeldDialog })))

/** The state of the flow and the one button that changes it. What is missing is told in a list. */
export function PublishControls() {
  const t = useTexts(builderTexts).publish
  const store = useStore()
  const flow = useBuilder((s) => s.flow)
  const errors = useBuilder((s) => s.problems.errors)
  const steps = useBuilder((s) => s.history.present.steps.length)
  const unpublished = useUnpublished()
  const { busy, held, setHeld, publish, pause, resume, release } = usePublish()
  const [list, setList] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  const draft = flow.version === null
  const needs = errors > 0 || steps === 0
  const fresh = draft || unpublished.length > 0
  const label = draft ? t.enable : t.publish
  const button = (
    <Button
      ref={anchor}
      variant="primary"
      busy={busy}
      icon={draft ? <Power className="size-4" /> : <Pencil className="size-4" />}
      aria-describedby={errors > 0 ? 'publish-errors' : undefined}
      aria-expanded={needs ? list : undefined}
      onClick={() => (needs ? setList(true) : void publish().then((ok) => setList(!ok)))}
    >
      <span className={draft ? undefined : 'sr-only sm:not-sr-only'}>{label}</span>
      {errors > 0 && (
        <span
          id="publish-errors"
          title={t.missing(errors)}
          className="-mr-1 grid min-w-5 place-items-center rounded-full bg-bad-soft px-1 text-xs text-bad"
        >
          {errors}
        </span>
      )}
    </Button>
  )
  const state = draft ? t.draft : flow.state === 'paused' ? t.paused : t.on
  return (
    <div className="flex shrink-0 items-center gap-1 sm:gap-2">
      <span className={draft ? 'hidden lg:block' : 'hidden sm:block'}>
        <Badge
          colour={draft ? 'grey' : flow.state === 'paused' ? 'warn' : 'ok'}
          icon={draft ? Pencil : flow.state === 'paused' ? CirclePause : Power}
        >
          {state}
        </Badge>
      </span>
      {!store.readOnly && !draft && (
        <IconButton
          label={flow.state === 'paused' ? t.resume : t.pause}
          busy={busy}
          onClick={() => void (flow.state === 'paused' ? resume() : pause())}
        >
          {flow.state === 'paused' ? (
            <CirclePlay className="size-4.5" />
          ) : (
            <CirclePause className="size-4.5" />
          )}
        </IconButton>
      )}
      {!store.readOnly && fresh && (
        <>
          {button}
          <LazyPopover
            open={list && needs}
            onOpenChange={setList}
            anchor={anchor}
            align="end"
            label={t.missingTitle}
            className="w-96 p-0"
          >
            <ProblemList onDone={() => setList(false)} />
          </LazyPopover>
        </>
      )}
      {held > 0 && (
        <Suspense fallback={null}>
          <HeldDialog
            count={held}
            busy={busy}
            onRelease={() => void release()}
            onClose={() => setHeld(0)}
          />
        </Suspense>
      )}
    </div>
  )
}
