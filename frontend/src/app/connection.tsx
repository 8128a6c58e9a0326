import { onlineManager } from '@tanstack/react-query'
import { CloudOff, Radio } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { liveState } from '@/api/live'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useExternal } from '@/lib/external'

const subscribe = (listener: () => void) => onlineManager.subscribe(listener)

/** A line over the screen while the server or its live stream cannot be reached. */
export function Connection() {
  const t = useTexts(commonTexts)
  const online = useSyncExternalStore(subscribe, () => onlineManager.isOnline())
  const live = useExternal(liveState)
  if (!online || live === 'offline')
    return (
      <div
        role="status"
        className="flex flex-wrap items-center gap-x-2 bg-bad-soft px-4 py-2 text-bad md:px-8"
      >
        <CloudOff className="size-4" />
        <strong className="font-medium">{t.offlineTitle}</strong>
        <span>{t.offlineText}</span>
      </div>
    )
  if (live === 'polling')
    return (
      <div
        role="status"
        className="flex items-center gap-2 bg-warn-soft px-4 py-2 text-warn md:px-8"
      >
        <Radio className="size-4 shrink-0" />
        {t.polling}
      </div>
    )
  return null
}
