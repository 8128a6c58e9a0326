import { useQuery } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, RotateCw } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api } from '@/api/client'
import { type Address, type AddressCheck, addressQuery } from '@/api/settings'
import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { Loaded, Section } from './parts'

export default function AddressTab() {
  const address = useQuery(addressQuery)
  return <Loaded query={address}>{(data) => <Form saved={data} />}</Loaded>
}

function Form({ saved }: { saved: Address }) {
  const t = useTexts(settingsTexts)
  const common = useTexts(commonTexts)
  const [url, setUrl] = useState(saved.after_restart ?? saved.public_url)
  const [result, setResult] = useState<AddressCheck | null>(null)
  const { save, busy, field } = useSave({
    run: () => api.put('/settings/address', { body: { public_url: url.trim() } }),
    stale: [['settings', 'address'], ['me']],
    said: common.saved,
  })
  const check = useSave({
    run: () =>
      api.post<AddressCheck>('/settings/address/check', { body: { public_url: url.trim() } }),
    onDone: setResult,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save()
  }
  return (
    <Section title={t.tabs.address} text={t.address.text}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t.address.url}
          help={saved.locked ? t.address.locked : undefined}
          error={field('public_url')}
          type="url"
          required
          disabled={saved.locked}
          value={url}
          onChange={(text) => {
            setUrl(text)
            setResult(null)
          }}
        />
        <div role="status" className="flex flex-col gap-2">
          {saved.after_restart && (
            <p className="flex items-start gap-2 rounded-lg bg-info-soft px-3 py-2 text-info">
              <RotateCw className="mt-0.5 size-4 shrink-0" />
              {t.address.afterRestart(saved.after_restart)}
            </p>
          )}
          {result && (
            <p
              className={`flex items-start gap-2 rounded-lg px-3 py-2 ${result.ok ? 'bg-ok-soft text-ok' : 'bg-bad-soft text-bad'}`}
            >
              {result.ok ? (
                <CircleCheck className="mt-0.5 size-4 shrink-0" />
              ) : (
                <CircleAlert className="mt-0.5 size-4 shrink-0" />
              )}
              {result.ok ? t.address.checkOk : t.address.checkBad(result.reason ?? '')}
            </p>
          )}
        </div>
        <div className="flex flex-wrap gap-2">
          {!saved.locked && (
            <Button type="submit" variant="primary" busy={busy}>
              {common.save}
            </Button>
          )}
          <Button busy={check.busy} onClick={() => check.save()}>
            {t.address.check}
          </Button>
        </div>
      </form>
    </Section>
  )
}
