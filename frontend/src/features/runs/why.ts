import type { RunRow } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'

type Waiting = Pick<RunRow, 'next_at' | 'next_why'>

/** Why a run does nothing now and when it goes on; nothing for one that moves or has ended. */
export function useWhy(): (run: Waiting) => string | null {
  const t = useTexts(runsTexts)
  const lang = useLang()
  return ({ next_at, next_why }) => {
    if (!next_why) return null
    const why = next_why in t.why ? t.why[next_why as keyof typeof t.why] : next_why
    // Those that are due have a time too, but it has passed.
    const later = next_at && new Date(next_at).getTime() > Date.now()
    if (!later) return why
    const at = moment(lang, next_at)
    return next_why === 'retry' ? t.retryAt(at) : t.whyAt(why, at)
  }
}
