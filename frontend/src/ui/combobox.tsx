import { Combobox as Base } from '@base-ui/react/combobox'
import { Check, ChevronsUpDown } from 'lucide-react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'

export interface Option {
  value: string
  label: string
  hint?: string
}

export interface ComboboxProps {
  id?: string
  /** Read aloud where no <label> points here. */
  label?: string
  value: string | null
  onChange: (value: string | null) => void
  options: Option[]
  placeholder?: string
  invalid?: boolean
  disabled?: boolean
  /** Called with what is typed, where the server does the searching. */
  onSearch?: (text: string) => void
}

/** A select that can be typed into. */
export function Combobox(props: ComboboxProps) {
  const t = useTexts(commonTexts)
  const chosen = props.options.find((option) => option.value === props.value) ?? null
  return (
    <Base.Root
      items={props.options}
      value={chosen}
      onValueChange={(option) => props.onChange(option?.value ?? null)}
      isItemEqualToValue={(a, b) => a.value === b.value}
      itemToStringLabel={(option) => option.label}
      onInputValueChange={props.onSearch}
      filter={props.onSearch ? null : undefined}
      disabled={props.disabled}
    >
      <div className="relative">
        <Base.Input
          id={props.id}
          aria-label={props.label}
          aria-invalid={props.invalid || undefined}
          placeholder={props.placeholder}
          className="control pr-9"
        />
        <Base.Trigger
          aria-label={t.open}
          className="absolute inset-y-0 right-0 grid w-9 place-items-center text-ink-faint"
        >
          <ChevronsUpDown className="size-4" />
        </Base.Trigger>
      </div>
      <Base.Portal>
        <Base.Positioner sideOffset={4} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup className="max-h-[min(20rem,var(--available-height))] w-(--anchor-width) min-w-56 overflow-y-auto rounded-xl border border-line bg-surface p-1 shadow-pop">
            <Base.Empty>
              <div className="px-2.5 py-2 text-ink-faint">{t.nothingFound}</div>
            </Base.Empty>
            <Base.List>
              {(option: Option) => (
                <Base.Item
                  key={option.value}
                  value={option}
                  className="flex min-h-9 cursor-default items-center gap-2 rounded-md px-2.5 py-1.5 outline-none data-highlighted:bg-accent-soft"
                >
                  <span className="min-w-0 grow truncate">{option.label}</span>
                  {option.hint && <span className="text-xs text-ink-faint">{option.hint}</span>}
                  <Base.ItemIndicator>
                    <Check className="size-4 text-accent" />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
