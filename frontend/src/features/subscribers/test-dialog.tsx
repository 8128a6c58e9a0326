import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api/client'
import { eventTypesQuery, type Subscriber, type TestedSubscriber } from '@/api/subscribers'
import { commonTexts, subscribersTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { duration } from '@/lib/format'
import { parsedBody } from '@/lib/parsed-body'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, TextArea } from '@/ui/field'
import { HeaderTable } from '@/ui/header-table'
import { JsonView } from '@/ui/json-view'
import { Select } from '@/ui/select'
import { jsonText, readJson } from './json'

/** One message, sent at once, with the answer of the receiver. */
export default function TestDialog(props: { subscriber: Subscriber; onClose: () => void }) {
  const { subscriber, onClose } = props
  const t = useTexts(subscribersTexts)
  const common = useTexts(commonTexts)
  const types = useQuery(eventTypesQuery)
  const declared = types.data ?? []
  const names = [...new Set([...subscriber.types, ...declared.map((each) => each.name)])]
  const [chosen, setChosen] = useState<string | null>(null)
  const type = chosen ?? names[0] ?? ''
  const [text, setText] = useState<string | null>(null)
  const [tested, setTested] = useState<TestedSubscriber | null>(null)
  const shown = text ?? jsonText(declared.find((each) => each.name === type)?.sample)
  const payload = readJson(shown)
  const bad = 'bad' in payload
  const { save, busy, field, errorText, error } = useSave({
    run: () =>
      api.post<TestedSubscriber>(`/subscribers/${subscriber.id}/test`, {
        body: {
          type,
          payload: bad || payload.value === null ? undefined : payload.value,
        },
      }),
    quiet: true,
    onDone: setTested,
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.testTitle}
      description={t.testText}
      footer={
        <>
          <Button onClick={onClose}>{common.close}</Button>
          <Button
            variant="primary"
            busy={busy}
            disabled={bad || type === ''}
            onClick={() => save()}
          >
            {t.testSend}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 pb-2">
        {types.isSuccess && names.length === 0 ? (
          <p>{t.testNoTypes}</p>
        ) : (
          <>
            <Field label={t.testType} error={field('type')}>
              {(wiring) => (
                <Select
                  {...wiring}
                  className="w-full"
                  value={type}
                  onChange={(next) => {
                    setChosen(next)
                    setText(null)
                  }}
                  options={names.map((name) => ({ value: name, label: name }))}
                />
              )}
            </Field>
            <Field
              label={t.testPayload}
              help={t.testPayloadHelp}
              error={bad ? t.badJson : field('payload')}
            >
              {(wiring) => (
                <TextArea
                  {...wiring}
                  rows={6}
                  className="font-mono text-xs"
                  value={shown}
                  onChange={(event) => setText(event.target.value)}
                />
              )}
            </Field>
          </>
        )}
        {error !== null && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad">
            {errorText}
          </p>
        )}
        {tested && !busy && <Result tested={tested} />}
      </div>
    </Dialog>
  )
}

function Result({ tested }: { tested: TestedSubscriber }) {
  const t = useTexts(subscribersTexts)
  const lang = useLang()
  const last = tested.exchanges.at(-1)
  const status = last?.response ? String(last.response.status) : ''
  return (
    <section aria-live="polite" className="flex flex-col gap-3">
      <p
        className={`rounded-lg px-3 py-2 font-medium ${
          tested.taken ? 'bg-ok-soft text-ok' : 'bg-bad-soft text-bad'
        }`}
      >
        {tested.taken
          ? t.taken(status, duration(lang, tested.took_ms))
          : t.notTaken(tested.message ?? status)}
      </p>
      {last && (
        <>
          <h3 className="font-medium">{t.request}</h3>
          <p className="font-mono text-xs break-all">
            {`${last.request.method} ${last.request.url}`}
          </p>
          <HeaderTable headers={last.request.headers ?? []} title={t.requestHeaders} />
          <JsonView value={parsedBody(last.request.body ?? '')} label={t.body} maxHeight={200} />
          <h3 className="font-medium">{t.answer}</h3>
          {last.response ? (
            <>
              <HeaderTable headers={last.response.headers ?? []} title={t.requestHeaders} />
              <JsonView
                value={parsedBody(last.response.body ?? '')}
                label={t.body}
                maxHeight={200}
              />
            </>
          ) : (
            <p className="text-ink-soft">{t.noAnswer}</p>
          )}
        </>
      )}
    </section>
  )
}
