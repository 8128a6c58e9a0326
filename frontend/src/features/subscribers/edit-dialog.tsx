import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api/client'
import {
  eventTypesQuery,
  type MadeSubscriber,
  type Subscriber,
  type SubscriberInput,
} from '@/api/subscribers'
import { commonTexts, subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Field, Input, TextArea, TextField } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'
import { Select } from '@/ui/select'
import { draftOf, toSend } from './draft'
import { FilterEditor } from './filter-editor'
import { fieldsOf } from './json'
import { PairsEditor } from './pairs-editor'
import { below } from './problems'
import { TypesChoice } from './types-choice'

const exampleUrl = 'https://example.com/webhooks'
const units = ['1s', '1m', '1h'] as const

/** A new subscriber, or what is changed of one. */
export default function EditDialog(props: {
  subscriber?: Subscriber
  onMade?: (made: MadeSubscriber) => void
  onClose: () => void
}) {
  const { subscriber, onClose } = props
  const t = useTexts(subscribersTexts)
  const common = useTexts(commonTexts)
  const types = useQuery(eventTypesQuery)
  const [draft, setDraft] = useState(() => draftOf(subscriber))
  const [badFilter, setBadFilter] = useState(false)
  const put = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change })
  const { save, busy, errorText, error } = useSave<SubscriberInput, unknown>({
    run: (body) =>
      subscriber
        ? api.patch(`/subscribers/${subscriber.id}`, { body })
        : api.post<MadeSubscriber>('/subscribers', { body }),
    stale: [['subscribers']],
    said: subscriber ? common.saved : undefined,
    quiet: true,
    onDone: (answer) => {
      onClose()
      if (!subscriber) props.onMade?.(answer as MadeSubscriber)
    },
  })
  const field = (place: string) => below(error, place)
  const submit = () => {
    const body = toSend(draft)
    setBadFilter(body === null)
    if (body) save(body)
  }
  const wanted = (types.data ?? []).filter((each) => draft.all || draft.types.includes(each.name))
  const fields = [...new Set(wanted.flatMap((each) => fieldsOf(each.sample)))]
  const named = ['name', 'url', 'rate', 'types', 'filter', 'headers', 'properties'].some(field)
  const extras = draft.headers.length + draft.properties.length > 0 || draft.rateCount !== ''
  return (
    <FormDialog
      title={subscriber ? subscriber.name : t.add}
      button={subscriber ? common.save : t.create}
      busy={busy}
      disabled={draft.name.trim() === '' || draft.url.trim() === ''}
      error={named ? null : errorText}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={t.name}
        error={field('name')}
        autoFocus={!subscriber}
        value={draft.name}
        onChange={(text) => put({ name: text })}
      />
      <TextField
        label={t.url}
        help={t.urlHelp}
        error={field('url')}
        type="url"
        placeholder={exampleUrl}
        value={draft.url}
        onChange={(text) => put({ url: text })}
      />
      <TypesChoice
        all={draft.all}
        chosen={draft.types}
        declared={types.data ?? []}
        error={field('types')}
        onChange={put}
      />
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 font-medium">{t.filter}</legend>
        <p className="text-[0.8125rem] text-ink-soft">{t.filterText}</p>
        {draft.rawFilter === null ? (
          <FilterEditor
            filter={draft.filter}
            fields={fields}
            error={field('filter')}
            onChange={(filter) => put({ filter })}
          />
        ) : (
          <Field
            label={t.filterJson}
            help={t.filterRaw}
            error={badFilter ? t.badJson : field('filter')}
          >
            {(wiring) => (
              <TextArea
                {...wiring}
                rows={6}
                className="font-mono text-xs"
                value={draft.rawFilter ?? ''}
                onChange={(event) => put({ rawFilter: event.target.value })}
              />
            )}
          </Field>
        )}
      </fieldset>
      <details open={extras} className="rounded-xl border border-line">
        <summary className="px-3 py-2 font-medium">{t.more}</summary>
        <div className="flex flex-col gap-5 border-t border-line p-3">
          <PairsEditor
            title={t.headers}
            help={t.headersHelp}
            nameLabel={t.header}
            addLabel={t.addHeader}
            pairs={draft.headers}
            errorOf={(name) => field(`headers.${name}`)}
            onChange={(headers) => put({ headers })}
          />
          <PairsEditor
            title={t.properties}
            help={t.propertiesHelp}
            nameLabel={t.property}
            addLabel={t.addProperty}
            pairs={draft.properties}
            errorOf={(name) => field(`properties.${name}`)}
            onChange={(properties) => put({ properties })}
          />
          <Field label={t.rate} help={t.rateHelp} error={field('rate')}>
            {(wiring) => (
              <div className="flex flex-wrap items-center gap-2">
                <Input
                  {...wiring}
                  type="number"
                  min={1}
                  className="max-w-28"
                  value={draft.rateCount}
                  onChange={(event) => put({ rateCount: event.target.value })}
                />
                <span>{t.ratePer}</span>
                <Select
                  aria-label={`${t.rate}: ${t.ratePer}`}
                  value={draft.ratePer}
                  onChange={(ratePer) => put({ ratePer })}
                  options={[
                    ...units.map((value) => ({
                      value: value as string,
                      label: t.rateUnits[value],
                    })),
                    ...(units.some((unit) => unit === draft.ratePer)
                      ? []
                      : [{ value: draft.ratePer, label: t.rateOther(draft.ratePer) }]),
                  ]}
                />
              </div>
            )}
          </Field>
        </div>
      </details>
    </FormDialog>
  )
}
