import { useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { CopyButton } from '@/ui/copy'
import { Markdown } from '@/ui/markdown'
import { Select } from '@/ui/select'
import type { ConnectorInfo, TriggerInfo } from '../data/types'
import { curlOf } from './curl'

type Sender = 'app' | 'curl' | 'wordpress' | 'other'

/** Where to paste the address, for this app and for other ways to send. */
export function Instructions(props: { connector: ConnectorInfo; info: TriggerInfo; url: string }) {
  const { connector, info, url } = props
  const t = useTexts(builderTexts).trigger
  const guide = info.guide ?? connector.guide
  const [sender, setSender] = useState<Sender>(guide ? 'app' : 'other')
  const curl = curlOf(url, info.sample)
  return (
    <details open className="rounded-xl bg-sunken px-3 py-2">
      <summary className="min-h-6 font-medium">{t.how(connector.title)}</summary>
      <div className="mt-2 flex flex-col gap-3">
        {sender === 'app' && guide && (
          <Markdown text={guide} address={url} className="text-[0.8125rem]" />
        )}
        {sender === 'wordpress' && <p className="text-[0.8125rem]">{t.wordpressText}</p>}
        {sender === 'other' && <p className="text-[0.8125rem]">{t.otherText}</p>}
        {sender === 'curl' && <Command text={curl} />}
        <Select
          aria-label={t.howOther}
          className="w-full"
          value={sender}
          onChange={(next) => setSender(next as Sender)}
          options={[
            ...(guide ? [{ value: 'app', label: connector.title }] : []),
            { value: 'wordpress', label: t.senders.wordpress },
            { value: 'other', label: t.senders.other },
            { value: 'curl', label: t.senders.curl },
          ]}
        />
      </div>
    </details>
  )
}

/** A command to copy. */
export const Command = ({ text }: { text: string }) => (
  <div className="flex items-start gap-1">
    <code className="min-w-0 grow rounded-lg bg-surface px-2 py-1.5 font-mono text-xs break-all whitespace-pre-wrap">
      {text}
    </code>
    <CopyButton text={text} size="sm" />
  </div>
)
