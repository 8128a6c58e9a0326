import { useNavigate } from '@tanstack/react-router'
import { Play } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { api } from '@/api/client'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Field, TextArea } from '@/ui/field'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { useTrigger } from '../data/hooks'
import type { Started } from '../data/start'
import type { Json } from '../model/doc'
import { useBuilder, useStore } from '../store/state'
import { CsvStart } from './csv-start'

function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Starts the flow by hand: once with data, or for each row of a file. */
export function ManualStart({ form }: { form: ReactNode }) {
  const all = useTexts(builderTexts)
  const t = all.trigger.manual
  const errorText = useErrorText()
  const store = useStore()
  const navigate = useNavigate()
  const flow = useBuilder((s) => s.flow)
  const info = useTrigger()?.trigger
  const [text, setText] = useState(() => JSON.stringify(info?.sample ?? {}, null, 2))
  const [busy, setBusy] = useState(false)
  const data = readJson(text)
  const published = flow.version !== null
  const start = async () => {
    setBusy(true)
    try {
      const made = await api.post<Started>(`/flows/${flow.id}/start`, { body: { data } })
      const { run } = made
      if (!run) toast(t.noRun(made.reason ?? ''), 'info')
      else
        toast(t.started, 'ok', {
          label: t.openRun,
          run: () => void navigate({ to: '/runs/$id', params: { id: run } }),
        })
    } catch (error) {
      toast(errorText(error), 'bad')
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="flex flex-col gap-5">
      {form}
      {!published && (
        <p className="rounded-xl bg-info-soft px-3 py-2 text-info">{t.notPublished}</p>
      )}
      <Field
        label={t.data}
        help={t.dataHelp}
        error={data === undefined ? all.mapping.pill.wrongJson : null}
      >
        {(wiring) => (
          <TextArea
            {...wiring}
            className="font-mono text-xs"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button
        icon={<Play className="size-4" />}
        busy={busy}
        disabled={!published || data === undefined || store.readOnly}
        onClick={() => void start()}
      >
        {t.start}
      </Button>
      <CsvStart published={published} />
    </div>
  )
}
