import { Plus, Trash2 } from 'lucide-react'
import { subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button, IconButton } from '@/ui/button'
import { Input } from '@/ui/field'

/** A name with a value. `kept`: the saved value stays, it is not known here. */
export interface Pair {
  id: number
  name: string
  value: string
  kept?: boolean
}

let lastId = 0
export const newPair = (name = '', value = '', kept = false): Pair => {
  lastId += 1
  return { id: lastId, name, value, kept }
}

/** Names and values, one a line. */
export function PairsEditor(props: {
  title: string
  help: string
  nameLabel: string
  addLabel: string
  pairs: Pair[]
  errorOf: (name: string) => string | undefined
  onChange: (pairs: Pair[]) => void
}) {
  const { pairs, onChange } = props
  const t = useTexts(subscribersTexts)
  const put = (id: number, change: Partial<Pair>) =>
    onChange(pairs.map((each) => (each.id === id ? { ...each, ...change } : each)))
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{props.title}</legend>
      <p className="text-[0.8125rem] text-ink-soft">{props.help}</p>
      {pairs.map((pair) => {
        const error = pair.name ? props.errorOf(pair.name) : undefined
        return (
          <div key={pair.id}>
            <div className="flex gap-2">
              <Input
                className="min-w-0 basis-2/5 font-mono text-xs"
                aria-label={props.nameLabel}
                placeholder={props.nameLabel}
                aria-invalid={error ? true : undefined}
                value={pair.name}
                onChange={(event) =>
                  put(pair.id, {
                    name: event.target.value,
                    // Under another name there is no value to keep.
                    kept: false,
                  })
                }
              />
              <Input
                className="min-w-0 basis-3/5 font-mono text-xs"
                aria-label={`${t.value}: ${pair.name}`}
                placeholder={pair.kept ? t.keeps : t.value}
                value={pair.value}
                onChange={(event) => put(pair.id, { value: event.target.value, kept: false })}
              />
              <IconButton
                label={t.removeRow(pair.name)}
                onClick={() => onChange(pairs.filter((each) => each.id !== pair.id))}
              >
                <Trash2 className="size-4" />
              </IconButton>
            </div>
            {error && <p className="mt-1 text-bad">{error}</p>}
          </div>
        )
      })}
      <Button
        size="sm"
        className="self-start"
        icon={<Plus className="size-4" />}
        onClick={() => onChange([...pairs, newPair()])}
      >
        {props.addLabel}
      </Button>
    </fieldset>
  )
}
