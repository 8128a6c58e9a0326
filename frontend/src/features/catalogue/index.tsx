import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type Connector, type ConnectorPart, connectorsQuery } from '@/api/connectors'
import { catalogueTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { AppMark } from '@/ui/app-mark'
import { Button } from '@/ui/button'
import { Page } from '@/ui/page'
import { SearchBox } from '@/ui/search-box'
import { ErrorState, Loading, NothingFound } from '@/ui/states'
import { UnverifiedBadge } from '@/ui/unverified'

const route = getRouteApi('/catalogue')

export function CatalogueScreen() {
  const t = useTexts(catalogueTexts)
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const list = useQuery(connectorsQuery(useLang()))
  const change = useCallback(
    (next: typeof search) =>
      void navigate({ search: (before) => ({ ...before, ...next }), replace: true }),
    [navigate],
  )
  const onSearch = useCallback((q: string) => change({ q: q || undefined }), [change])
  const all = list.data ?? []
  const categories = [...new Set(all.flatMap((each) => each.categories))]
  const q = search.q?.toLowerCase() ?? ''
  const found = all.filter(
    (each) =>
      (!search.category || each.categories.includes(search.category)) &&
      `${each.title} ${each.description} ${each.id}`.toLowerCase().includes(q),
  )
  return (
    <Page title={t.title} sub={t.sub}>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <SearchBox
          value={search.q ?? ''}
          onChange={onSearch}
          label={t.search}
          className="w-full sm:w-72"
        />
        <div className="flex flex-wrap gap-1">
          {[undefined, ...categories].map((each) => (
            <Button
              key={each ?? ''}
              size="sm"
              variant="quiet"
              aria-pressed={search.category === each}
              className={search.category === each ? 'bg-accent-soft text-accent' : ''}
              onClick={() => change({ category: each })}
            >
              {each === undefined ? t.all : (t.categories[each] ?? each)}
            </Button>
          ))}
        </div>
      </div>
      {list.isPending && <Loading rows={6} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && found.length === 0 && (
        <NothingFound onClear={() => change({ q: undefined, category: undefined })} />
      )}
      <ul aria-label={t.title} className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {found.map((each) => (
          <li key={each.id}>
            <AppCard connector={each} />
          </li>
        ))}
      </ul>
    </Page>
  )
}

function AppCard({ connector }: { connector: Connector }) {
  const t = useTexts(catalogueTexts)
  const shown = (parts: ConnectorPart[]) => parts.filter((each) => !each.hidden).length
  const [triggers, actions] = [shown(connector.triggers), shown(connector.actions)]
  return (
    <Link
      to="/catalogue/$id"
      params={{ id: connector.id }}
      className="flex h-full items-start gap-3 rounded-2xl border border-line bg-surface p-4 shadow-card transition-colors hover:border-accent"
    >
      <AppMark title={connector.title} color={connector.color} mark={connector.mark} size="lg" />
      <span className="min-w-0 grow">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className="font-semibold">{connector.title}</span>
          {connector.unverified && <UnverifiedBadge />}
        </span>
        <span className="mt-0.5 line-clamp-2 text-[0.8125rem] text-ink-soft">
          {connector.description}
        </span>
        <span className="num mt-2 block text-xs text-ink-soft">
          {[triggers > 0 && t.triggerCount(triggers), actions > 0 && t.actionCount(actions)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
    </Link>
  )
}
