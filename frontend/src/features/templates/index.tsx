import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { templatesQuery } from '@/api/flows'
import { useMay } from '@/api/session'
import { templatesTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { Page } from '@/ui/page'
import { SearchBox } from '@/ui/search-box'
import { ErrorState, Loading, NothingFound } from '@/ui/states'
import { TemplateCard } from '@/ui/template-card'

const UseDialog = lazy(() => import('./use-dialog'))
const route = getRouteApi('/templates')

export function TemplatesScreen() {
  const t = useTexts(templatesTexts)
  const { use } = route.useSearch()
  const navigate = route.useNavigate()
  const mayEdit = useMay('editor')
  const list = useQuery(templatesQuery(useLang()))
  const [text, setText] = useState('')
  const q = text.toLowerCase()
  const found = (list.data ?? []).filter((each) =>
    `${each.title} ${each.description} ${each.apps.map((app) => app.title).join(' ')}`
      .toLowerCase()
      .includes(q),
  )
  const chosen = list.data?.find((each) => each.id === use)
  return (
    <Page
      title={t.title}
      sub={t.sub}
      actions={
        <SearchBox value={text} onChange={setText} label={t.search} className="w-full sm:w-64" />
      }
    >
      {list.isPending && <Loading rows={4} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && found.length === 0 && <NothingFound onClear={() => setText('')} />}
      <ul aria-label={t.title} className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {found.map((each) => (
          <li key={each.id}>
            <TemplateCard template={each} steps={t.steps(each.steps.length)} />
          </li>
        ))}
      </ul>
      {chosen && mayEdit && (
        <Suspense fallback={null}>
          <UseDialog
            key={chosen.id}
            template={chosen}
            onClose={() => void navigate({ search: {} })}
          />
        </Suspense>
      )}
    </Page>
  )
}
