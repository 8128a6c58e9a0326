import { getRouteApi, Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useMay } from '@/api/session'
import { eventsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { Button } from '@/ui/button'
import { LiveSwitch } from '@/ui/live-pill'
import { Page } from '@/ui/page'
import { Loading } from '@/ui/states'
import { Deliveries } from './deliveries'

const Temporary = lazy(() => import('./temporary'))
const TemporaryDialog = lazy(() => import('./temporary-dialog'))
const route = getRouteApi('/events')

export function EventsScreen() {
  const t = useTexts(eventsTexts)
  const { tab } = route.useSearch()
  const mayEdit = useMay('editor')
  const [following, setFollowing] = useState(true)
  const [making, setMaking] = useState(false)
  const temporary = tab === 'temporary'
  return (
    <Page
      wide
      title={t.title}
      actions={
        <>
          {!temporary && <LiveSwitch on={following} onChange={setFollowing} />}
          {mayEdit && (
            <Button icon={<Plus className="size-4" />} onClick={() => setMaking(true)}>
              {t.newTemporary}
            </Button>
          )}
        </>
      }
    >
      <nav aria-label={t.title} className="mb-4 flex gap-1 border-b border-line">
        {(['requests', 'temporary'] as const).map((each) => {
          const here = (each === 'temporary') === temporary
          return (
            <Link
              key={each}
              to="/events"
              search={each === 'temporary' ? { tab: each } : {}}
              aria-current={here ? 'page' : undefined}
              className={cx(
                '-mb-px flex h-10 items-center border-b-2 px-3',
                here
                  ? 'border-accent font-medium'
                  : 'border-transparent text-ink-soft hover:text-ink',
              )}
            >
              {t.tabs[each]}
            </Link>
          )
        })}
      </nav>
      {temporary ? (
        <Suspense fallback={<Loading />}>
          <Temporary onNew={mayEdit ? () => setMaking(true) : undefined} />
        </Suspense>
      ) : (
        <Deliveries following={following} />
      )}
      {making && (
        <Suspense fallback={null}>
          <TemporaryDialog onClose={() => setMaking(false)} />
        </Suspense>
      )}
    </Page>
  )
}
