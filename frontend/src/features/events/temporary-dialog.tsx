import { useState } from 'react'
import { api } from '@/api/client'
import type { TemporaryAddress, TemporaryAnswer } from '@/api/events'
import type { Pairs } from '@/api/types'
import { commonTexts, eventsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Field, TextArea, TextField } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'
import { Select } from '@/ui/select'

const types = ['text/plain', 'application/json', 'application/xml', 'text/html']

const typeOf = (headers: Pairs = []) =>
  headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1]

/** What a temporary address answers. */
export default function TemporaryDialog(props: {
  address?: TemporaryAddress
  onClose: () => void
}) {
  const { address, onClose } = props
  const t = useTexts(eventsTexts)
  const common = useTexts(commonTexts)
  const [form, setForm] = useState({
    name: address?.name ?? '',
    status: String(address?.status ?? 200),
    type: typeOf(address?.headers) ?? 'text/plain',
    body: address?.body ?? 'ok',
    delay: String(address?.delay_ms ?? 0),
  })
  const put = (change: Partial<typeof form>) => setForm({ ...form, ...change })
  const body: TemporaryAnswer = {
    name: form.name.trim() || undefined,
    status: Number(form.status),
    headers: [
      ...(address?.headers ?? []).filter(([name]) => name.toLowerCase() !== 'content-type'),
      ['content-type', form.type],
    ],
    body: form.body,
    delay_ms: Number(form.delay),
  }
  const { save, busy, field } = useSave({
    run: () =>
      address
        ? api.patch(`/temporary-addresses/${address.id}`, { body })
        : api.post('/temporary-addresses', { body }),
    stale: [['temporary']],
    said: common.saved,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t.temporaryTitle}
      description={address ? undefined : t.temporaryEmptyText}
      button={address ? common.save : t.create}
      busy={busy}
      onSubmit={() => save()}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t.temporaryName}
          optional
          className="sm:col-span-2"
          error={field('name')}
          value={form.name}
          onChange={(text) => put({ name: text })}
        />
        <TextField
          label={t.status}
          error={field('status')}
          type="number"
          min={200}
          max={599}
          value={form.status}
          onChange={(text) => put({ status: text })}
        />
        <Field label={t.answerType} error={field('headers')}>
          {(wiring) => (
            <Select
              {...wiring}
              className="w-full"
              value={form.type}
              onChange={(type) => put({ type })}
              options={[...new Set([...types, form.type])].map((type) => ({
                value: type,
                label: type,
              }))}
            />
          )}
        </Field>
        <Field label={t.answerBody} className="sm:col-span-2" error={field('body')}>
          {(wiring) => (
            <TextArea
              {...wiring}
              className="font-mono text-xs"
              value={form.body}
              onChange={(event) => put({ body: event.target.value })}
            />
          )}
        </Field>
        <TextField
          label={t.delay}
          help={t.delayHelp}
          error={field('delay_ms')}
          type="number"
          min={0}
          max={30000}
          value={form.delay}
          onChange={(text) => put({ delay: text })}
        />
      </div>
    </FormDialog>
  )
}
