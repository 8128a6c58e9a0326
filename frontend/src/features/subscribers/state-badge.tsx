import { CircleAlert, CircleCheck, OctagonX, Pause } from 'lucide-react'
import type { Subscriber } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Badge } from '@/ui/badge'

const looks = {
  active: ['ok', CircleCheck],
  paused: ['warn', Pause],
  disabled: ['bad', OctagonX],
  failing: ['bad', CircleAlert],
} as const

/** The state of a subscriber; an active one that takes nothing is failing. */
export function StateBadge({ subscriber }: { subscriber: Subscriber }) {
  const t = useTexts(subscribersTexts)
  const state =
    subscriber.state === 'active' && subscriber.failing_since ? 'failing' : subscriber.state
  const [colour, icon] = looks[state]
  return (
    <Badge colour={colour} icon={icon}>
      {t.state[state]}
    </Badge>
  )
}
