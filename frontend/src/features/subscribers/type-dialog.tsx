import { useState } from 'react'
import { api } from '@/api/client'
import type { EventType, EventTypeInput } from '@/api/subscribers'
import { commonTexts, subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Field, TextArea, TextField } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'
import { jsonText, readJson } from './json'
import { below } from './problems'

const exampleName = 'order.created'

/** An event type: its texts, the schema of its data and a sample. */
export default function TypeDialog(props: {
  type?: EventType
  readOnly: boolean
  onClose: () => void
}) {
  const { type, readOnly, onClose } = props
  const t = useTexts(subscribersTexts)
  const common = useTexts(commonTexts)
  const [name, setName] = useState(type?.name ?? '')
  const [title, setTitle] = useState(type?.title ?? '')
  const [description, setDescription] = useState(type?.description ?? '')
  const [texts, setTexts] = useState({
    schema: jsonText(type?.schema),
    sample: jsonText(type?.sample),
  })
  const [schema, sample] = [readJson(texts.schema), readJson(texts.sample)]
  const { save, busy, errorText, error } = useSave<EventTypeInput>({
    run: (body) =>
      type
        ? api.put(`/event-types/${encodeURIComponent(type.name)}`, { body })
        : api.post('/event-types', { body: { name: name.trim(), ...body } }),
    stale: [['event-types']],
    said: t.typeSaved,
    quiet: true,
    onDone: onClose,
  })
  const submit = () => {
    if ('bad' in schema || 'bad' in sample) return
    save({ title, description, schema: schema.value, sample: sample.value })
  }
  const at = (place: string) => below(error, place)
  const named = ['name', 'title', 'description', 'schema', 'sample'].some((place) => at(place))
  const areas = [
    ['schema', t.typeSchema, t.typeSchemaHelp, schema],
    ['sample', t.typeSample, t.typeSampleHelp, sample],
  ] as const
  return (
    <FormDialog
      title={type ? t.typeEdit(type.name) : t.typeAdd}
      size="lg"
      button={readOnly ? undefined : common.save}
      busy={busy}
      disabled={name.trim() === '' || 'bad' in schema || 'bad' in sample}
      error={named ? null : errorText}
      onSubmit={submit}
      onClose={onClose}
    >
      <fieldset disabled={readOnly} className="grid gap-4 pb-1 sm:grid-cols-2">
        {!type && (
          <TextField
            label={t.typeName}
            help={t.typeNameHelp}
            error={at('name')}
            autoFocus
            inputClass="font-mono"
            placeholder={exampleName}
            value={name}
            onChange={setName}
          />
        )}
        <TextField
          label={t.typeTitle}
          optional
          error={at('title')}
          className={type ? 'sm:col-span-2' : ''}
          value={title}
          onChange={setTitle}
        />
        <Field
          label={t.typeDescription}
          help={t.typeDescriptionHelp}
          optional
          error={at('description')}
          className="sm:col-span-2"
        >
          {(wiring) => (
            <TextArea
              {...wiring}
              rows={2}
              className="min-h-0"
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        {areas.map(([place, label, help, read]) => (
          <Field
            key={place}
            label={label}
            help={help}
            optional
            error={'bad' in read ? t.badJson : at(place)}
          >
            {(wiring) => (
              <TextArea
                {...wiring}
                rows={12}
                spellCheck={false}
                className="font-mono text-xs"
                value={texts[place]}
                onChange={(event) => setTexts({ ...texts, [place]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </fieldset>
    </FormDialog>
  )
}
