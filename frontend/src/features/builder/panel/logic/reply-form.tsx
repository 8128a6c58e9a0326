import { useId } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Field, TextField } from '@/ui/field'
import { Select } from '@/ui/select'
import { LabelledValue } from '../../mapping/labelled-value'
import { MapControl } from '../../mapping/nested-control'
import { useMapping } from '../../mapping/scope'
import type { Fields, Reply, Source } from '../../model/doc'

const SOURCES = new Set(['literal', 'path', 'template', 'object', 'list', 'secret'])

/** The fields of a JSON answer: written bare, or as an object source. */
function jsonFields(json: Source | Fields | undefined): Fields | null {
  if (!json) return {}
  const bare = !Object.keys(json).some((k) => SOURCES.has(k))
  if (bare) return json as Fields
  return 'object' in json ? (json as { object: Fields }).object : null
}

const kindOf = (reply: Reply): string =>
  reply.json ? 'json' : reply.xml ? 'xml' : reply.text ? 'text' : 'empty'

/** An HTTP answer: its status and body. */
export function ReplyForm<T extends Reply>(props: {
  id: string
  value: T
  onChange: (value: T) => void
}) {
  const { id, value, onChange } = props
  const t = useTexts(builderTexts).steps.respond
  const { readOnly } = useMapping()
  const label = useId()
  const kind = kindOf(value)
  const withBody = (body: Partial<Reply>): T => {
    const { text: _t, json: _j, xml: _x, empty: _e, ...rest } = value
    return { ...rest, ...body } as T
  }
  const setKind = (next: string) => {
    const text: Source = value.text ?? value.xml ?? { literal: '' }
    if (next === 'text') onChange(withBody({ text }))
    else if (next === 'xml') onChange(withBody({ xml: text }))
    else if (next === 'json') onChange(withBody({ json: { ok: { literal: true } } }))
    else onChange(withBody({ empty: true }))
  }
  const body = value.text ?? value.xml
  const fields = jsonFields(value.json)
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={t.status}
          data-field={`${id}.status`}
          type="number"
          min={200}
          max={599}
          readOnly={readOnly}
          value={value.status ?? 200}
          onChange={(text) => onChange({ ...value, status: Number(text) || 200 })}
        />
        <Field label={t.kind}>
          {(wiring) => (
            <Select
              {...wiring}
              disabled={readOnly}
              value={kind}
              onChange={setKind}
              options={Object.entries(t.kinds).map(([value, label]) => ({ value, label }))}
            />
          )}
        </Field>
      </div>
      {body && (
        <LabelledValue
          id={`${id}.${kind}`}
          label={t.body}
          multiline
          value={body}
          onChange={(next) => onChange(withBody({ [kind]: next ?? { literal: '' } }))}
        />
      )}
      {kind === 'json' && fields && (
        <MapControl
          field={{ key: 'json', label: t.field }}
          host={{
            prefix: id,
            values: { json: { object: fields } },
            set: (_key, source) =>
              onChange(withBody({ json: source && 'object' in source ? source.object : {} })),
          }}
          wiring={{ id: `${id}.json`, labelId: label, invalid: false, code: false }}
        />
      )}
    </div>
  )
}
