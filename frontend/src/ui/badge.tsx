import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleUser,
  Clock,
  Copy,
  Filter,
  FlaskConical,
  Hourglass,
  type LucideIcon,
  Pause,
  Play,
  Radar,
  ShieldAlert,
} from 'lucide-react'
import type { ReactNode } from 'react'
import type { RunState, Verdict } from '@/api/types'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'

export type Colour = 'ok' | 'bad' | 'warn' | 'info' | 'grey' | 'accent'

const colours: Record<Colour, string> = {
  ok: 'bg-ok-soft text-ok',
  bad: 'bg-bad-soft text-bad',
  warn: 'bg-warn-soft text-warn',
  info: 'bg-info-soft text-info',
  grey: 'bg-sunken text-ink-soft',
  accent: 'bg-accent-soft text-accent',
}

export const Badge = (props: {
  colour?: Colour
  icon?: LucideIcon
  className?: string
  children: ReactNode
}) => (
  <span
    className={cx(
      'inline-flex h-6 items-center gap-1 rounded-full px-2 text-xs font-medium whitespace-nowrap',
      colours[props.colour ?? 'grey'],
      props.className,
    )}
  >
    {props.icon && <props.icon className="size-3.5 shrink-0" />}
    {props.children}
  </span>
)

const states: Record<RunState, [Colour, LucideIcon]> = {
  queued: ['grey', CircleDashed],
  running: ['info', Play],
  waiting: ['warn', Hourglass],
  succeeded: ['ok', CircleCheck],
  filtered: ['grey', Filter],
  stale: ['grey', Clock],
  failed: ['bad', CircleAlert],
  parked: ['accent', CircleUser],
  cancelled: ['grey', Ban],
}

const verdicts: Record<Verdict, [Colour, LucideIcon]> = {
  run: ['ok', Play],
  held: ['warn', Pause],
  duplicate: ['grey', Copy],
  probe: ['info', Radar],
  filtered: ['grey', Filter],
  stale: ['grey', Clock],
  rejected: ['bad', ShieldAlert],
  refused: ['bad', Ban],
  temporary: ['info', Radar],
  dropped: ['grey', Ban],
  test: ['info', FlaskConical],
}

/** The state of a run: colour, sign and word. */
export function RunBadge({ state }: { state: RunState }) {
  const t = useTexts(commonTexts)
  const [colour, icon] = states[state] ?? states.queued
  return (
    <Badge colour={colour} icon={icon}>
      {t.runState[state] ?? state}
    </Badge>
  )
}

/** What became of a delivery. */
export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const t = useTexts(commonTexts)
  const [colour, icon] = verdicts[verdict] ?? verdicts.run
  return (
    <Badge colour={colour} icon={icon}>
      {t.verdict[verdict] ?? verdict}
    </Badge>
  )
}
