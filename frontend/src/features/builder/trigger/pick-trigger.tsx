import { useRef, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { AppMark } from '@/ui/app-mark'
import { Dialog } from '@/ui/dialog'
import { newest } from '../data/catalogue'
import { useConnectors } from '../data/hooks'
import type { ConnectorInfo, TriggerInfo } from '../data/types'
import { PickList } from '../panel/pick-list'
import { TRIGGER, useStore } from '../store/state'
import { score, wordsOf } from '../tree/choices'

/** Asks what starts the flow. */
export function PickTrigger({ onClose }: { onClose: () => void }) {
  const all = useTexts(builderTexts)
  const store = useStore()
  const connectors = useConnectors()
  const input = useRef<HTMLInputElement>(null)
  const [query, setQuery] = useState('')
  const words = wordsOf(query)
  const pick = (connector: ConnectorInfo, trigger: TriggerInfo) => {
    store.edit((doc) => ({
      ...doc,
      trigger: { connector: `${connector.id}@${connector.version}`, event: trigger.key },
    }))
    store.set({ sample: null })
    store.select(TRIGGER)
    onClose()
  }
  const items = newest(connectors).flatMap((c) =>
    c.triggers
      .filter((t) => !t.hidden)
      .filter(
        (t) =>
          words.length === 0 ||
          score(words, `${c.title} ${t.title}`, [c.id, ...(c.keywords ?? [])].join(' ')) > 0,
      )
      .map((t) => ({
        id: `${c.id}.${t.key}`,
        title: `${c.title} — ${t.title}`,
        sub: t.description ?? undefined,
        icon: <AppMark title={c.title} color={c.color} mark={c.mark} size="md" />,
        unverified: c.unverified || t.unverified,
        onPick: () => pick(c, t),
      })),
  )
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={all.trigger.changeTitle}
      initialFocus={input}
    >
      <PickList
        label={all.steps.pick.triggerSearch}
        query={query}
        onQuery={setQuery}
        groups={[{ heading: all.steps.pick.triggers, items }]}
        none={all.mapping.data.none}
        input={input}
      />
    </Dialog>
  )
}
