import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import type { Connection } from '@/api/connectors'
import type { Page } from '@/api/types'
import { connectionsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { ErrorState, Loading } from '@/ui/states'

const Dialog = lazy(() => import('@/ui/dialog').then((file) => ({ default: file.Dialog })))

/** In how many flows a connection is used; which, when pressed. */
export function UsedIn({ connection }: { connection: Connection }) {
  const t = useTexts(connectionsTexts)
  const [open, setOpen] = useState(false)
  const flows = useQuery({
    queryKey: ['connections', connection.id, 'flows'],
    queryFn: ({ signal }) =>
      api.get<Page<{ id: string; name: string }> | { id: string; name: string }[]>(
        `/connections/${connection.id}/flows`,
        { signal },
      ),
    select: (answer) => (Array.isArray(answer) ? answer : answer.items),
    enabled: open,
  })
  if (connection.used_in === 0)
    return <span className="text-[0.8125rem] text-ink-soft">{t.usedIn(0)}</span>
  return (
    <>
      <button
        type="button"
        className="min-h-6 text-left text-[0.8125rem] text-accent hover:underline"
        onClick={() => setOpen(true)}
      >
        {t.usedIn(connection.used_in)}
      </button>
      {open && (
        <Suspense fallback={null}>
          <Dialog open onOpenChange={setOpen} title={t.usedTitle} size="sm">
            {flows.isPending && <Loading rows={2} />}
            {flows.isError && <ErrorState error={flows.error} />}
            <ul className="flex flex-col gap-1 pb-4">
              {flows.data?.map((flow) => (
                <li key={flow.id}>
                  <Link
                    to="/flows/$id"
                    params={{ id: flow.id }}
                    className="block rounded-lg px-2 py-1.5 text-accent hover:bg-hover"
                  >
                    {flow.name}
                  </Link>
                </li>
              ))}
            </ul>
          </Dialog>
        </Suspense>
      )}
    </>
  )
}
