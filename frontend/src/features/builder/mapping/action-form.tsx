import { ChevronDown, ChevronUp } from 'lucide-react'
import { useEffect, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Input } from '@/ui/field'
import { isShown } from '../data/catalogue'
import type { FieldSpec } from '../data/types'
import type { Fields } from '../model/doc'
import { isEmpty } from '../pills/value'
import { useBuilder } from '../store/state'
import { FieldRow } from './field-row'
import { type Host, literalOf, withField } from './host'

/** From this many hidden fields on there is a search for them. */
const SEARCH_FROM = 8

/** The fields of a step: the main ones, and the others behind a button with a search. */
export function ActionForm(props: {
  fields: readonly FieldSpec[]
  values: Fields
  onChange: (key: string, values: Fields) => void
}) {
  const { fields, values } = props
  const t = useTexts(builderTexts).mapping
  const [all, setAll] = useState(false)
  const [query, setQuery] = useState('')
  const jump = useBuilder((s) => s.jump)
  const host: Host = {
    prefix: 'input',
    values,
    set: (key, source) => props.onChange(key, withField(values, key, source)),
  }
  const shownFields = fields.filter((f) => isShown(f, fields, (key) => literalOf(values[key])))
  const folded = shownFields.filter((f) => f.advanced && isEmpty(values[f.key]))
  const main = shownFields.filter((f) => !folded.includes(f))
  const wanted = jump?.field.split('.')[1]
  useEffect(() => {
    if (wanted && fields.some((f) => f.key === wanted && f.advanced)) setAll(true)
  }, [wanted, fields])
  const needle = query.trim().toLowerCase()
  const rest = folded.filter((f) => `${f.label} ${f.key}`.toLowerCase().includes(needle))
  return (
    <div className="flex flex-col gap-4">
      {main.map((field) => (
        <FieldRow key={field.key} field={field} host={host} />
      ))}
      {folded.length > 0 && (
        <div className="flex flex-col gap-4">
          <Button
            variant="quiet"
            size="sm"
            className="-ml-2 self-start text-accent"
            aria-expanded={all}
            icon={all ? <ChevronUp className="size-4" /> : <ChevronDown className="size-4" />}
            onClick={() => setAll(!all)}
          >
            {all ? t.less : t.more(folded.length)}
          </Button>
          {all && folded.length >= SEARCH_FROM && (
            <Input
              type="search"
              aria-label={t.findField}
              placeholder={t.findField}
              value={query}
              onChange={(event) => setQuery(event.target.value)}
            />
          )}
          {all && rest.map((field) => <FieldRow key={field.key} field={field} host={host} />)}
        </div>
      )}
    </div>
  )
}
