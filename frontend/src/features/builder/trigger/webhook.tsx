import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Radio } from 'lucide-react'
import { liveState, useLive } from '@/api/live'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useExternal } from '@/lib/external'
import { Badge } from '@/ui/badge'
import { CopyButton } from '@/ui/copy'
import type { ConnectorInfo, TriggerInfo } from '../data/types'
import { useBuilder } from '../store/state'
import { Arrivals } from './arrivals'
import { Instructions } from './instructions'
import { Listen, useListening } from './listen'
import { SampleFields } from './sample-fields'

/** The address, what arrives at it, and what the sample has. */
export function Webhook({ connector, info }: { connector: ConnectorInfo; info: TriggerInfo }) {
  const t = useTexts(builderTexts).trigger
  const client = useQueryClient()
  const flow = useBuilder((s) => s.flow)
  const live = useExternal(liveState)
  const { registers, view } = useListening(info)
  const byHand = !registers || view === 'byHand'
  const hasAddress = info.kind !== 'poll' && Boolean(flow.hook_url) && byHand
  useLive([`flow:${flow.id}`], (news) => {
    if (!news.some((n) => ['delivery', 'event', 'reset'].includes(n.kind))) return
    void client.invalidateQueries({ queryKey: ['flow', flow.id, 'samples'] })
  })
  return (
    <>
      {registers && <Listen connector={connector} info={info} />}
      {hasAddress && (
        <section className="flex flex-col gap-2">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h3 className="font-medium">{t.address(connector.title)}</h3>
            <Badge colour={live === 'live' ? 'ok' : 'grey'} icon={Radio}>
              {live === 'live' ? t.listening : t.polling}
            </Badge>
          </div>
          <div className="flex items-start gap-2">
            <code className="control min-w-0 grow font-mono text-[0.8125rem] leading-5.5 break-all">
              {flow.hook_url}
            </code>
            <CopyButton text={flow.hook_url} label={t.copy} variant="primary" />
          </div>
          <p className="text-xs text-ink-soft">{t.permanent}</p>
          {flow.old_hook_urls.length > 0 && (
            <p className="text-xs text-ink-soft">{`${t.old}: ${flow.old_hook_urls.join(', ')}`}</p>
          )}
          <Instructions connector={connector} info={info} url={flow.hook_url} />
        </section>
      )}
      <Arrivals info={info} />
      <SampleFields connector={connector} />
      <Link
        to="/events"
        search={{ flow: flow.id }}
        className="self-start text-[0.8125rem] text-accent underline"
      >
        {t.events}
      </Link>
    </>
  )
}
