import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Cable, Plus } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { connectionsQuery } from '@/api/connectors'
import { useMay } from '@/api/session'
import { connectionsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Page } from '@/ui/page'
import { PlainList } from '@/ui/plain-list'
import { Empty } from '@/ui/states'
import { ConnectionLine } from './row'

const Connect = lazy(() => import('./connect'))
const route = getRouteApi('/connections')

/** Broken ones first: they are what needs somebody. */
const order = { broken: 0, expiring: 1, ok: 2 }

export function ConnectionsScreen() {
  const t = useTexts(connectionsTexts)
  const { add, edit } = route.useSearch()
  const navigate = route.useNavigate()
  const mayEdit = useMay('editor')
  const list = useQuery(connectionsQuery)
  const open = (search: { add?: string; edit?: string }) => void navigate({ search })
  const rows = [...(list.data ?? [])].sort((a, b) => order[a.state] - order[b.state])
  const edited = rows.find((each) => each.id === edit || each.name === edit)
  const button = (
    <Button
      variant="primary"
      icon={<Plus className="size-4" />}
      onClick={() => open({ add: 'choose' })}
    >
      {t.add}
    </Button>
  )
  return (
    <Page title={t.title} actions={mayEdit && rows.length > 0 && button}>
      <PlainList
        query={list}
        rows={list.data && rows}
        label={t.title}
        waiting={4}
        empty={
          <Empty icon={Cable} title={t.emptyTitle} text={t.emptyText}>
            {mayEdit && button}
          </Empty>
        }
        render={(each) => (
          <ConnectionLine
            key={each.id}
            connection={each}
            onEdit={mayEdit ? () => open({ edit: each.id }) : undefined}
          />
        )}
      />
      {mayEdit && (add || edited) && (
        <Suspense fallback={null}>
          <Connect
            key={edit ?? add}
            add={add === 'choose' ? undefined : add}
            connection={edited}
            onChoose={(connector) => open({ add: connector })}
            onClose={() => open({})}
          />
        </Suspense>
      )}
    </Page>
  )
}
