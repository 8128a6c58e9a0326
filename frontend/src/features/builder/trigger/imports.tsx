import { useQuery } from '@tanstack/react-query'
import { api } from '@/api/client'
import { builderTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Progress } from '@/ui/progress'
import { type Import, importsQuery } from '../data/start'
import { useStore } from '../store/state'

const SHOWN = 3

/** How far the files are whose rows start this flow. */
export function Imports({ flow }: { flow: string }) {
  const t = useTexts(builderTexts).trigger.manual
  const imports = useQuery(importsQuery(flow))
  const rows = (imports.data ?? []).slice(0, SHOWN)
  if (rows.length === 0) return null
  return (
    <section aria-live="polite" className="mt-2">
      <h4 className="text-[0.8125rem] text-ink-soft">{t.imports}</h4>
      <ul className="mt-1 flex flex-col gap-2">
        {rows.map((each) => (
          <Line key={each.id} it={each} flow={flow} />
        ))}
      </ul>
    </section>
  )
}

function Line({ it, flow }: { it: Import; flow: string }) {
  const t = useTexts(builderTexts).trigger.manual
  const lang = useLang()
  const { readOnly } = useStore()
  const stop = useSave({
    run: () => api.post(`/flows/${flow}/imports/${it.id}/stop`),
    stale: [importsQuery(flow).queryKey],
    said: t.stopped,
  })
  const label = `${moment(lang, it.created_at)}: ${it.done} / ${it.total}, ${t.importState[it.state]}`
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="min-w-0 grow basis-48">
        <span className="num block text-[0.8125rem]">{label}</span>
        {it.note && <span className="block text-xs text-warn">{it.note}</span>}
        {it.state === 'running' && <Progress value={it.done} max={it.total} label={label} />}
      </span>
      {it.state === 'running' && !readOnly && (
        <Button size="sm" busy={stop.busy} onClick={() => stop.save()}>
          {t.stop}
        </Button>
      )}
    </li>
  )
}
