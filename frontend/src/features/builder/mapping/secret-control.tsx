import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api/client'
import { builderTexts, commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Password } from '@/ui/field'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { listOf } from '../data/lists'
import { flushSaves } from '../store/session'
import { useStore } from '../store/state'
import type { ControlProps } from './control'
import { useMapping } from './scope'

interface SecretState {
  name: string
  set: boolean
}

/** A secret of the flow: it can be set and changed, never read. */
export function SecretControl({ field, host, wiring }: ControlProps) {
  const t = useTexts(builderTexts).mapping.secret
  const common = useTexts(commonTexts)
  const errorText = useErrorText()
  const client = useQueryClient()
  const store = useStore()
  const { flow, step, readOnly } = useMapping()
  const [typing, setTyping] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const source = host.values[field.key]
  const name =
    source && 'secret' in source
      ? source.secret
      : step === 'trigger'
        ? field.key
        : `${step}_${field.key}`
  const queryKey = ['flow', flow, 'secrets']
  const all = useQuery({
    queryKey,
    queryFn: async ({ signal }) =>
      listOf(
        await api.get<SecretState[] | { items: SecretState[] }>(`/flows/${flow}/secrets`, {
          signal,
        }),
      ),
  }).data
  const isSet = Boolean(source && all?.some((s) => s.name === name && s.set))
  const save = async () => {
    setBusy(true)
    try {
      await api.put(`/flows/${flow}/secrets/${encodeURIComponent(name)}`, {
        body: { value: typing },
      })
      host.set(field.key, { secret: name })
      setTyping(null)
      toast(t.saved)
      await client.invalidateQueries({ queryKey })
    } catch (error) {
      toast(errorText(error), 'bad')
    } finally {
      setBusy(false)
    }
  }
  const make = async () => {
    host.set(field.key, { secret: name })
    await flushSaves(store)
    await client.invalidateQueries({ queryKey })
  }
  if (typing === null)
    return (
      <div className="flex min-h-9 flex-wrap items-center gap-2">
        <Badge colour={isSet ? 'ok' : 'grey'} icon={KeyRound}>
          {isSet ? t.set : t.notSet}
        </Badge>
        {!readOnly && !isSet && field.generate && (
          // The server makes it when the draft names it, and tells it once.
          <Button size="sm" onClick={() => void make()}>
            {t.make}
          </Button>
        )}
        {!readOnly && (
          <Button size="sm" onClick={() => setTyping('')} aria-describedby={wiring.labelId}>
            {isSet ? t.change : t.enter}
          </Button>
        )}
      </div>
    )
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Password
        autoFocus
        autoComplete="off"
        aria-labelledby={wiring.labelId}
        value={typing}
        onChange={(event) => setTyping(event.target.value)}
      />
      <div className="flex items-center gap-2">
        <Button type="submit" variant="primary" size="sm" busy={busy} disabled={typing === ''}>
          {t.save}
        </Button>
        <Button size="sm" variant="quiet" onClick={() => setTyping(null)}>
          {common.cancel}
        </Button>
        <span className="text-xs text-ink-soft">{t.hint}</span>
      </div>
    </form>
  )
}
