import { useQuery } from '@tanstack/react-query'
import { BellOff, Trash2 } from 'lucide-react'
import { flowNamesQuery } from '@/api/flows'
import type { FlowAlerts } from '@/api/settings'
import { settingsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { Button, IconButton } from '@/ui/button'
import { Input } from '@/ui/field'
import { Select } from '@/ui/select'
import type { Part } from '.'
import { MuteFor, stillMuted } from './mute'

/** What single flows have of their own: hours of silence, quiet for a while. */
export function Flows({ form, put, field }: Part) {
  const t = useTexts(settingsTexts).alerts
  const lang = useLang()
  const flows = useQuery(flowNamesQuery)
  const named = (id: string) => flows.data?.find((each) => each.id === id)?.name ?? id
  const change = (flow: string, next: Partial<FlowAlerts>) =>
    put({ flows: form.flows.map((each) => (each.flow === flow ? { ...each, ...next } : each)) })
  const free = (flows.data ?? []).filter(
    (each) => !form.flows.some((taken) => taken.flow === each.id),
  )
  const error = field('flows')
  return (
    <div className="flex flex-col gap-3">
      {form.flows.length > 0 && (
        <ul className="divide-y divide-line rounded-xl border border-line">
          {form.flows.map((each) => (
            <li key={each.flow} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2.5">
              <span className="min-w-0 grow basis-48 truncate font-medium">{named(each.flow)}</span>
              <span className="flex items-center gap-2">
                <span aria-hidden="true" className="text-[0.8125rem] text-ink-soft">
                  {t.silenceAfter}
                </span>
                <Input
                  type="number"
                  min={1}
                  max={10000}
                  className="max-w-20"
                  aria-label={`${named(each.flow)}: ${t.silenceAfter} ${t.hours}`}
                  placeholder={String(form.rules.silence.hours)}
                  value={each.silence_hours ?? ''}
                  onChange={(event) =>
                    change(each.flow, { silence_hours: Number(event.target.value) || null })
                  }
                />
                <span aria-hidden="true">{t.hours}</span>
              </span>
              {stillMuted(each.muted_until) ? (
                <Button
                  size="sm"
                  icon={<BellOff className="size-4" />}
                  title={t.unmute}
                  onClick={() => change(each.flow, { muted_until: null })}
                >
                  {t.until(moment(lang, each.muted_until ?? ''))}
                </Button>
              ) : (
                <MuteFor
                  label={`${t.mute}: ${named(each.flow)}`}
                  shown={t.mute}
                  onMute={(muted_until) => change(each.flow, { muted_until })}
                />
              )}
              <IconButton
                size="sm"
                label={`${t.removeFlow}: ${named(each.flow)}`}
                onClick={() =>
                  put({ flows: form.flows.filter((other) => other.flow !== each.flow) })
                }
              >
                <Trash2 className="size-4" />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      {error && <p className="text-bad">{error}</p>}
      {free.length > 0 && (
        <Select
          aria-label={t.addFlow}
          className="max-w-full self-start"
          value=""
          onChange={(flow) => put({ flows: [...form.flows, { flow }] })}
          options={[
            { value: '', label: t.addFlow, disabled: true },
            ...free.map((each) => ({ value: each.id, label: each.name })),
          ]}
        />
      )}
    </div>
  )
}
