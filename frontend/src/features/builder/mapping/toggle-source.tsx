import { List, Variable } from 'lucide-react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { IconButton } from '@/ui/button'
import { useMapping } from './scope'

/** Between a choice from a list and a value from the data. */
export function ToggleSource(props: { data: boolean; onChange: (data: boolean) => void }) {
  const t = useTexts(builderTexts).mapping
  const { readOnly } = useMapping()
  if (readOnly) return null
  return (
    <IconButton
      label={props.data ? t.fromList : t.fromData}
      onClick={() => props.onChange(!props.data)}
    >
      {props.data ? <List className="size-4" /> : <Variable className="size-4" />}
    </IconButton>
  )
}
