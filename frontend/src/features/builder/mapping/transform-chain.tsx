import { ArrowUp, Plus, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { keyed } from '@/lib/keyed'
import { Button, IconButton } from '@/ui/button'
import { Popover } from '@/ui/popover'
import type { TransformInfo } from '../data/types'
import type { Json, Transform } from '../model/doc'
import { type PickGroup, PickList } from '../panel/pick-list'
import { score, wordsOf } from '../tree/choices'
import { useMapping } from './scope'
import { TransformParam } from './transform-param'

const ORDER = ['text', 'name', 'contact', 'number', 'date', 'list', 'data', 'logic']

/** Functions in a row, each with its parameters. */
export function TransformChain(props: {
  transforms: readonly Transform[]
  onChange: (transforms: Transform[]) => void
}) {
  const { transforms, onChange } = props
  const t = useTexts(builderTexts).mapping.pill
  const { transforms: known } = useMapping()
  const [open, setOpen] = useState(false)
  const infoOf = (name: string) => known.find((k) => k.name === name)
  const set = (index: number, next: Transform) => onChange(transforms.with(index, next))
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-[0.8125rem] font-medium">{t.transforms}</legend>
      {transforms.length > 0 && (
        <ol className="flex flex-col gap-1.5">
          {keyed(transforms).map(({ item: transform, index, key }) => (
            <li key={`${transform.fn}${key}`} className="rounded-lg border border-line px-2 py-1">
              <div className="flex items-center gap-1">
                <span className="min-w-0 grow truncate">
                  {infoOf(transform.fn)?.title ?? transform.fn}
                </span>
                {index > 0 && (
                  <IconButton
                    label={t.up}
                    size="sm"
                    className="size-7"
                    onClick={() => {
                      const next = [...transforms]
                      next.splice(index - 1, 0, ...next.splice(index, 1))
                      onChange(next)
                    }}
                  >
                    <ArrowUp className="size-3.5" />
                  </IconButton>
                )}
                <IconButton
                  label={`${t.remove}: ${infoOf(transform.fn)?.title ?? transform.fn}`}
                  size="sm"
                  className="size-7"
                  onClick={() => onChange(transforms.filter((_, i) => i !== index))}
                >
                  <X className="size-3.5" />
                </IconButton>
              </div>
              {infoOf(transform.fn)?.params.map((param) => (
                <TransformParam
                  key={param.name}
                  param={param}
                  value={transform[param.name] as Json | undefined}
                  onChange={(value) => {
                    const { [param.name]: _old, ...rest } = transform
                    set(
                      index,
                      (value === undefined ? rest : { ...rest, [param.name]: value }) as Transform,
                    )
                  }}
                />
              ))}
            </li>
          ))}
        </ol>
      )}
      <AddTransform
        open={open}
        setOpen={setOpen}
        onPick={(info) => {
          onChange([...transforms, { fn: info.name }])
          setOpen(false)
        }}
      />
    </fieldset>
  )
}

function AddTransform(props: {
  open: boolean
  setOpen: (open: boolean) => void
  onPick: (info: TransformInfo) => void
}) {
  const t = useTexts(builderTexts).mapping.pill
  const { transforms } = useMapping()
  const [query, setQuery] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const words = wordsOf(query)
  const groups: PickGroup[] = ORDER.map((group) => ({
    heading: t.groups[group] ?? group,
    items: transforms
      .filter(
        (f) => f.group === group && !f.alias_of && f.input_at !== null && f.name !== 'default',
      )
      .filter(
        (f) => words.length === 0 || score(words, `${f.title} ${f.name}`, f.description ?? '') > 0,
      )
      .map((f) => ({
        id: f.name,
        title: f.title,
        sub: f.description,
        onPick: () => props.onPick(f),
      })),
  })).filter((g) => g.items.length > 0)
  return (
    <Popover
      open={props.open}
      onOpenChange={(open) => {
        props.setOpen(open)
        setQuery('')
      }}
      trigger={
        <Button size="sm" icon={<Plus className="size-4" />} className="self-start">
          {t.add}
        </Button>
      }
      label={t.add}
      initialFocus={input}
      className="w-88"
    >
      <PickList
        label={t.find}
        query={query}
        onQuery={setQuery}
        groups={groups}
        none={t.find}
        input={input}
      />
    </Popover>
  )
}
