import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Circle, CircleCheckBig, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { api } from '@/api/client'
import { useLive } from '@/api/live'
import { useMe } from '@/api/session'
import type { Page } from '@/api/types'
import { flowsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { readStored, writeStored } from '@/lib/stored'
import { IconButton } from '@/ui/button'
import { isReachable } from './reachable'

const hiddenKey = 'checklist.hidden'
const runsKey = ['runs', 'any']

/** Four things to do once; ticks itself, goes away when done or hidden. */
export function Checklist({ hasFlow }: { hasFlow: boolean }) {
  const t = useTexts(flowsTexts)
  const me = useMe()
  const client = useQueryClient()
  const [hidden, setHidden] = useState(readStored(hiddenKey) === '1')
  const runs = useQuery({
    queryKey: runsKey,
    queryFn: ({ signal }) => api.get<Page<unknown>>('/runs', { query: { limit: 1 }, signal }),
    enabled: !hidden,
  })
  const hasRun = (runs.data?.items.length ?? 0) > 0
  // The first run comes from outside, while somebody looks at this.
  useLive(hidden || hasRun ? [] : ['runs'], () => {
    void client.invalidateQueries({ queryKey: runsKey })
  })
  const items: { done: boolean; text: string; link: (text: ReactNode) => ReactNode }[] = [
    {
      done: isReachable(me.server.public_url),
      text: t.checkAddress,
      link: (text) => (
        <Link to="/settings/$tab" params={{ tab: 'address' }} className="hover:underline">
          {text}
        </Link>
      ),
    },
    {
      done: me.server.smtp,
      text: t.checkMail,
      link: (text) => (
        <Link to="/settings/$tab" params={{ tab: 'mail' }} className="hover:underline">
          {text}
        </Link>
      ),
    },
    {
      done: hasFlow,
      text: t.checkFlow,
      link: (text) => (
        <Link to="/templates" className="hover:underline">
          {text}
        </Link>
      ),
    },
    {
      done: hasRun,
      text: t.checkRun,
      link: (text) => (
        <Link to="/events" className="hover:underline">
          {text}
        </Link>
      ),
    },
  ]
  const done = items.filter((item) => item.done).length
  // It is there from the start where it will stay: what comes later would move the page.
  const known = items.slice(0, 2).some((item) => !item.done) || runs.isSuccess
  if (hidden || !known || done === items.length) return null
  return (
    <section
      aria-label={t.checklist}
      className="relative mb-5 flex flex-wrap items-center gap-x-5 gap-y-2 rounded-2xl border border-line bg-surface py-3 pr-12 pl-4"
    >
      <h2 className="font-medium">
        {t.checklist}
        <span className="num ml-2 font-normal text-ink-faint">
          {t.checklistDone(done, items.length)}
        </span>
      </h2>
      <ul className="flex grow flex-wrap gap-x-5 gap-y-1">
        {items.map((item) => (
          <li key={item.text} className="flex items-center gap-1.5">
            {item.done ? (
              <CircleCheckBig role="img" aria-label={t.checkDone} className="size-4 text-ok" />
            ) : (
              <Circle className="size-4 text-line-strong" />
            )}
            {item.done ? (
              <s className="text-ink-faint">{item.text}</s>
            ) : (
              <span className="font-medium text-accent">{item.link(item.text)}</span>
            )}
          </li>
        ))}
      </ul>
      <IconButton
        label={t.dismiss}
        size="sm"
        className="absolute top-1.5 right-1.5"
        onClick={() => {
          writeStored(hiddenKey, '1')
          setHidden(true)
        }}
      >
        <X className="size-4" />
      </IconButton>
    </section>
  )
}
