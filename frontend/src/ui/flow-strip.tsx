import { ChevronRight } from 'lucide-react'
import type { AppMark as Mark } from '@/api/types'
import { AppMark } from './app-mark'

/** A small picture of a flow: its apps, one after the other. */
export function FlowStrip({
  apps,
  most = 5,
  size = 'sm',
}: {
  apps: Mark[]
  most?: number
  size?: 'sm' | 'md'
}) {
  const shown = apps.slice(0, most)
  return (
    <span className="flex items-center">
      {shown.map((app, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same app may stand twice.
        <span key={index} className="flex items-center">
          {index > 0 && <ChevronRight className="mx-px size-3 text-ink-faint" aria-hidden="true" />}
          <AppMark {...app} size={size} />
        </span>
      ))}
      {apps.length > most && (
        <span className="ml-1 text-xs text-ink-faint">{`+${apps.length - most}`}</span>
      )}
    </span>
  )
}
