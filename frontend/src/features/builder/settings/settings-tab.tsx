import { Download } from 'lucide-react'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import { api } from '@/api/client'
import type { Flow } from '@/api/types'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { apiUrl } from '@/lib/base'
import { Button, buttonClass } from '@/ui/button'
import { CopyButton } from '@/ui/copy'
import { Field, Input, TextField } from '@/ui/field'
import { Select } from '@/ui/select'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import type { Doc, Settings } from '../model/doc'
import { useJump } from '../panel/jump'
import { useBuilder, useStore } from '../store/state'
import { DeleteFlow } from './delete-flow'
import { FolderField } from './folder-field'

const Section = (props: { title: string; children: ReactNode }) => (
  <section className="grid gap-x-8 gap-y-4 border-b border-line py-6 last:border-b-0 md:grid-cols-[12rem_1fr]">
    <h2 className="font-semibold">{props.title}</h2>
    <div className="flex max-w-xl flex-col gap-5">{props.children}</div>
  </section>
)

/** Everything about the flow that is not a step. */
export function SettingsTab() {
  const t = useTexts(builderTexts).settings
  const store = useStore()
  const flow = useBuilder((s) => s.flow)
  const doc = useBuilder((s) => s.history.present)
  const settings = doc.settings ?? {}
  const box = useRef<HTMLDivElement>(null)
  useJump(box)
  const set = (change: Partial<Settings>) =>
    store.edit(
      (d): Doc => {
        const next = { ...d.settings, ...change } as Record<string, unknown>
        for (const key of Object.keys(change)) if (next[key] === undefined) delete next[key]
        const { settings: _old, ...rest } = d
        return Object.keys(next).length > 0 ? { ...rest, settings: next as Settings } : rest
      },
      `settings.${Object.keys(change)[0]}`,
    )
  const numberField = (
    key: 'concurrency' | 'retention_days',
    label: string,
    help: string,
    usual: number,
  ) => (
    <TextField
      label={label}
      data-field={key}
      help={help}
      type="number"
      min={1}
      inputClass="max-w-40"
      readOnly={store.readOnly}
      placeholder={String(usual)}
      value={settings[key] ?? ''}
      onChange={(text) => set({ [key]: Number(text) || undefined })}
    />
  )
  return (
    <div ref={box} className="mx-auto w-full max-w-4xl px-4 pb-10 md:px-8">
      <Section title={t.general}>
        <TextField
          label={t.name}
          data-field="name"
          readOnly={store.readOnly}
          value={doc.name}
          onChange={(name) => store.edit((d) => ({ ...d, name }), 'name')}
        />
        <FolderField />
        <ZoneField value={settings.timezone} onChange={(timezone) => set({ timezone })} />
      </Section>
      <Section title={t.limits}>
        {numberField('concurrency', t.concurrency, t.concurrencyHelp, 64)}
        {numberField('retention_days', t.retention, t.retentionHelp, 30)}
        <Field label={t.alerts}>
          {(wiring) => (
            <Select
              {...wiring}
              disabled={store.readOnly}
              value={settings.alerts ?? 'inherit'}
              onChange={(alerts) => set({ alerts: alerts === 'off' ? 'off' : undefined })}
              options={[
                { value: 'inherit', label: t.alertsInherit },
                { value: 'off', label: t.alertsOff },
              ]}
            />
          )}
        </Field>
      </Section>
      {flow.hook_url && (
        <Section title={t.address}>
          <AddressPart flow={flow} />
        </Section>
      )}
      <Section title={t.file}>
        <p className="text-ink-soft">{t.exportText}</p>
        <a
          className={buttonClass('plain', 'md', 'self-start')}
          href={apiUrl(`/flows/${flow.id}/export?format=yaml`)}
          download
        >
          <Download className="size-4" />
          {t.export}
        </a>
      </Section>
      {!store.readOnly && (
        <Section title={t.danger}>
          <DeleteFlow />
        </Section>
      )}
    </div>
  )
}

function ZoneField(props: {
  value: string | undefined
  onChange: (zone: string | undefined) => void
}) {
  const t = useTexts(builderTexts).settings
  const store = useStore()
  const zones = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone')], [])
  return (
    <Field label={t.timezone} help={t.timezoneHelp}>
      {(wiring) => (
        <>
          <Input
            {...wiring}
            data-field="timezone"
            list="zones"
            readOnly={store.readOnly}
            placeholder={zones[0]}
            value={props.value ?? ''}
            onChange={(event) => props.onChange(event.target.value || undefined)}
          />
          <datalist id="zones">
            {zones.map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  )
}

function AddressPart({ flow }: { flow: Flow }) {
  const t = useTexts(builderTexts).settings
  const store = useStore()
  const errorText = useErrorText()
  const [busy, setBusy] = useState(false)
  const rotate = async () => {
    setBusy(true)
    try {
      await api.post(`/flows/${flow.id}/rotate-address`)
      const fresh = await api.get<Flow>(`/flows/${flow.id}`)
      const { hook_url, old_hook_urls } = fresh
      store.set({ flow: { ...store.state.get().flow, hook_url, old_hook_urls } })
      toast(t.rotated)
    } catch (error) {
      toast(errorText(error), 'bad')
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <div className="flex gap-2">
        <code className="control min-w-0 grow overflow-x-auto font-mono text-[0.8125rem] leading-5.5 whitespace-nowrap">
          {flow.hook_url}
        </code>
        <CopyButton text={flow.hook_url} />
      </div>
      {flow.old_hook_urls.map((url) => (
        <p key={url} className="text-[0.8125rem] break-all text-ink-soft">
          {`${t.oldAddress}: ${url}`}
        </p>
      ))}
      {!store.readOnly && (
        <div>
          <Button busy={busy} onClick={() => void rotate()}>
            {t.rotate}
          </Button>
          <p className="mt-1 text-[0.8125rem] text-ink-soft">{t.rotateText}</p>
        </div>
      )}
    </>
  )
}
