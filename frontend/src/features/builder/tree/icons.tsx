import {
  CircleAlert,
  CircleCheck,
  CircleCheckBig,
  CircleOff,
  Clock,
  Filter,
  GitBranch,
  type LucideIcon,
  MessageSquareReply,
  Repeat,
  TriangleAlert,
  Variable,
} from 'lucide-react'
import { cx } from '@/lib/cx'
import { AppMark } from '@/ui/app-mark'
import type { FoundAction } from '../data/catalogue'
import { kindOf, type Step } from '../model/doc'

export const LOGIC: Record<string, LucideIcon> = {
  branch: GitBranch,
  for_each: Repeat,
  delay: Clock,
  filter: Filter,
  set: Variable,
  respond: MessageSquareReply,
}

/** The sign of a step: its app's letters, or what kind of logic it is. */
export function StepIcon({ step, found }: { step: Step; found: FoundAction | null }) {
  if (found) {
    const { title, color, mark } = found.connector
    return <AppMark title={title} color={color} mark={mark} size="md" />
  }
  const Icon = LOGIC[kindOf(step)] ?? CircleAlert
  return <LogicIcon icon={Icon} />
}

export const LogicIcon = ({ icon: Icon }: { icon: LucideIcon }) => (
  <span className="grid size-8 shrink-0 place-items-center rounded-lg bg-sunken text-ink-soft">
    <Icon className="size-4.5" />
  </span>
)

export type Condition = 'ready' | 'tested' | 'problem' | 'warning' | 'off'

const SIGNS: Record<Condition, [LucideIcon, string]> = {
  ready: [CircleCheck, 'text-ok'],
  tested: [CircleCheckBig, 'text-ok'],
  problem: [CircleAlert, 'text-bad'],
  warning: [TriangleAlert, 'text-warn'],
  off: [CircleOff, 'text-ink-faint'],
}

/** How a step stands: a shape of its own for each, and a word for readers. */
export function StateIcon({ state, label }: { state: Condition; label: string }) {
  const [Icon, colour] = SIGNS[state]
  return (
    <span title={label} className={cx('shrink-0', colour)}>
      <Icon className="size-5" aria-hidden="true" />
      <span className="sr-only">{label}</span>
    </span>
  )
}
