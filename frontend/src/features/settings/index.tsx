import { getRouteApi, Link } from '@tanstack/react-router'
import { type ComponentType, lazy, Suspense } from 'react'
import { settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { Page } from '@/ui/page'
import { Loading } from '@/ui/states'

const tabs = {
  profile: lazy(() => import('./profile')),
  people: lazy(() => import('./people')),
  keys: lazy(() => import('./keys')),
  alerts: lazy(() => import('./alerts')),
  retention: lazy(() => import('./retention')),
  mail: lazy(() => import('./mail')),
  address: lazy(() => import('./address')),
  audit: lazy(() => import('./audit')),
  health: lazy(() => import('./health')),
} satisfies Record<string, ComponentType>

type Tab = keyof typeof tabs
const names = Object.keys(tabs) as Tab[]
const route = getRouteApi('/settings/$tab')

export function SettingsScreen() {
  const t = useTexts(settingsTexts)
  const { tab } = route.useParams()
  const active = names.find((name) => name === tab) ?? 'profile'
  const Content = tabs[active]
  return (
    <Page title={`${t.title}: ${t.tabs[active]}`} heading={t.title}>
      <div className="grid items-start gap-x-8 gap-y-4 md:grid-cols-[12rem_minmax(0,1fr)]">
        <nav
          aria-label={t.title}
          className="-mx-4 flex gap-1 overflow-x-auto border-b border-line px-4 md:sticky md:top-6 md:mx-0 md:flex-col md:border-0 md:px-0"
        >
          {names.map((name) => (
            <Link
              key={name}
              to="/settings/$tab"
              params={{ tab: name }}
              aria-current={name === active ? 'page' : undefined}
              ref={
                name === active
                  ? (link) => link?.scrollIntoView({ block: 'nearest', inline: 'center' })
                  : undefined
              }
              className={cx(
                'flex h-9 shrink-0 items-center px-3 whitespace-nowrap -outline-offset-2 max-md:-mb-px max-md:border-b-2 md:rounded-lg',
                name === active
                  ? 'font-medium text-accent max-md:border-accent md:bg-accent-soft'
                  : 'text-ink-soft hover:text-ink max-md:border-transparent md:hover:bg-hover',
              )}
            >
              {t.tabs[name]}
            </Link>
          ))}
        </nav>
        <div className="flex min-w-0 max-w-3xl flex-col gap-5">
          <Suspense fallback={<Loading rows={4} />}>
            <Content />
          </Suspense>
        </div>
      </div>
    </Page>
  )
}
