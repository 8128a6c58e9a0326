import { settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Select } from '@/ui/select'

const hours = ['1', '8', '24', '168'] as const

export const stillMuted = (until: string | null | undefined): boolean =>
  Boolean(until) && new Date(until ?? '').getTime() > Date.now()

/** Says nothing for a while. */
export function MuteFor(props: {
  label: string
  /** What is shown while nothing is chosen. */
  shown?: string
  onMute: (until: string) => void
}) {
  const t = useTexts(settingsTexts).alerts
  return (
    <Select
      aria-label={props.label}
      value=""
      onChange={(value) =>
        props.onMute(new Date(Date.now() + Number(value) * 3_600_000).toISOString())
      }
      options={[
        { value: '', label: props.shown ?? props.label, disabled: true },
        ...hours.map((value) => ({ value, label: t.muteFor[value] })),
      ]}
    />
  )
}
