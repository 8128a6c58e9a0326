import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Page } from '@/ui/page'
import { Loading } from '@/ui/states'
import { Tabs } from '@/ui/tabs'
import { SubscriberList } from './list'

const Types = lazy(() => import('./types'))
const route = getRouteApi('/subscribers')

export function SubscribersScreen() {
  const t = useTexts(subscribersTexts)
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title={t.title} sub={t.sub}>
      <Tabs
        label={t.title}
        className="mb-4"
        value={tab === 'types' ? 'types' : 'subscribers'}
        onChange={(next) =>
          void navigate({ search: next === 'types' ? { tab: next } : {}, replace: true })
        }
        tabs={[
          { id: 'subscribers', label: t.tabs.subscribers, content: <SubscriberList /> },
          {
            id: 'types',
            label: t.tabs.types,
            content: (
              <Suspense fallback={<Loading rows={3} />}>
                <Types />
              </Suspense>
            ),
          },
        ]}
      />
    </Page>
  )
}
