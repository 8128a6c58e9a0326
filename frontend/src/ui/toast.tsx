import { CircleAlert, CircleCheck, Info, X } from 'lucide-react'
import { useEffect } from 'react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { external, useExternal } from '@/lib/external'

export type Tone = 'ok' | 'bad' | 'info'

export interface Toast {
  id: number
  text: string
  tone: Tone
  action?: { label: string; run: () => void }
}

const shown = external<Toast[]>([])
let lastId = 0

/** At most this many at once: older ones go first. */
const most = 3

export function dismissToast(id: number): void {
  shown.set(shown.get().filter((toast) => toast.id !== id))
}

/** Says something in the corner where no panel has its buttons. With an action it stays longer, so that there is time to undo. */
export function toast(text: string, tone: Tone = 'ok', action?: Toast['action']): number {
  lastId += 1
  shown.set([...shown.get(), { id: lastId, text, tone, action }].slice(-most))
  return lastId
}

const icons = {
  ok: <CircleCheck className="size-4 shrink-0 text-ok" />,
  bad: <CircleAlert className="size-4 shrink-0 text-bad" />,
  info: <Info className="size-4 shrink-0 text-info" />,
}

function Item({ item }: { item: Toast }) {
  const t = useTexts(commonTexts)
  useEffect(() => {
    const timer = setTimeout(() => dismissToast(item.id), item.action ? 10_000 : 5_000)
    return () => clearTimeout(timer)
  }, [item])
  return (
    <div className="pointer-events-auto flex w-full items-center gap-2.5 rounded-xl border border-line bg-surface py-2 pr-1.5 pl-3 shadow-pop sm:w-96">
      {icons[item.tone]}
      <span className="min-w-0 grow py-1 break-words">{item.text}</span>
      {item.action && (
        <button
          type="button"
          className="h-8 shrink-0 rounded-lg px-2 font-medium text-accent hover:bg-hover"
          onClick={() => {
            item.action?.run()
            dismissToast(item.id)
          }}
        >
          {item.action.label}
        </button>
      )}
      <button
        type="button"
        aria-label={t.close}
        className="grid size-8 shrink-0 place-items-center rounded-lg text-ink-faint hover:bg-hover"
        onClick={() => dismissToast(item.id)}
      >
        <X className="size-4" />
      </button>
    </div>
  )
}

export function Toasts() {
  const t = useTexts(commonTexts)
  const items = useExternal(shown)
  return (
    <section
      aria-label={t.notices}
      aria-live="polite"
      className={cx(
        'pointer-events-none fixed inset-x-3 bottom-20 z-50 flex flex-col gap-2 md:inset-x-auto md:bottom-5 md:left-62',
      )}
    >
      {items.map((item) => (
        <Item key={item.id} item={item} />
      ))}
    </section>
  )
}
