import { ArrowUp, Pause, Play } from 'lucide-react'
import { liveState } from '@/api/live'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { useExternal } from '@/lib/external'
import { Button } from './button'

/** Whether the list follows what happens, and the way to stop that. */
export function LiveSwitch({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  const t = useTexts(commonTexts)
  const live = useExternal(liveState) === 'live' && on
  return (
    <Button
      aria-pressed={on}
      title={on ? t.pause : t.resume}
      onClick={() => onChange(!on)}
      icon={
        <span
          className={cx('size-2 rounded-full', live ? 'bg-ok' : on ? 'bg-warn' : 'bg-line-strong')}
        />
      }
    >
      {on ? t.live : t.paused}
      {on ? <Pause className="size-3.5" /> : <Play className="size-3.5" />}
    </Button>
  )
}

/** Says how many rows wait; they are shown when it is pressed. */
export function FreshPill({ count, onShow }: { count: number; onShow: () => void }) {
  const t = useTexts(commonTexts)
  return (
    <div
      aria-live="polite"
      className="pointer-events-none sticky top-3 z-20 flex h-0 justify-center"
    >
      {count > 0 && (
        <button
          type="button"
          onClick={onShow}
          className="pointer-events-auto flex h-9 items-center gap-1.5 rounded-full bg-accent px-4 font-medium text-accent-ink shadow-pop hover:bg-accent-hover"
        >
          {t.fresh(count)}
          <ArrowUp className="size-4" />
        </button>
      )}
    </div>
  )
}
