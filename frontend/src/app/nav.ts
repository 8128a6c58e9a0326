import {
  Activity,
  Blocks,
  Cable,
  ChartColumn,
  Inbox,
  LayoutTemplate,
  type LucideIcon,
  Megaphone,
  Settings,
  Workflow,
} from 'lucide-react'

export type Section =
  | 'flows'
  | 'overview'
  | 'runs'
  | 'events'
  | 'connections'
  | 'subscribers'
  | 'catalogue'
  | 'templates'
  | 'settings'

export interface NavEntry {
  id: Section
  to:
    | '/'
    | '/overview'
    | '/runs'
    | '/events'
    | '/connections'
    | '/subscribers'
    | '/catalogue'
    | '/templates'
    | '/settings'
  icon: LucideIcon
}

export const navigation: NavEntry[] = [
  { id: 'flows', to: '/', icon: Workflow },
  { id: 'overview', to: '/overview', icon: ChartColumn },
  { id: 'runs', to: '/runs', icon: Activity },
  { id: 'events', to: '/events', icon: Inbox },
  { id: 'connections', to: '/connections', icon: Cable },
  { id: 'subscribers', to: '/subscribers', icon: Megaphone },
  { id: 'catalogue', to: '/catalogue', icon: Blocks },
  { id: 'templates', to: '/templates', icon: LayoutTemplate },
  { id: 'settings', to: '/settings', icon: Settings },
]

/** Flows are also what is behind /flows/...; the others own their path. */
export function isActive(entry: NavEntry, path: string): boolean {
  if (entry.to === '/') return path === '/' || path.startsWith('/flows')
  return path === entry.to || path.startsWith(`${entry.to}/`)
}
