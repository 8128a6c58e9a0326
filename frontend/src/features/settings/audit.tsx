import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { auditQuery, membersQuery } from '@/api/settings'
import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { second } from '@/lib/format'
import { Button } from '@/ui/button'
import { Loaded, Section } from './parts'

/** Who changed what. */
export default function Audit() {
  const t = useTexts(settingsTexts)
  const common = useTexts(commonTexts)
  const lang = useLang()
  const audit = useInfiniteQuery(auditQuery)
  const members = useQuery(membersQuery).data ?? []
  /** People who have left the workspace, and programs, stay ids. */
  const nameOf = (actor: string) =>
    members.find((each) => each.user === actor)?.name ?? (
      <code className="font-mono text-xs">{actor}</code>
    )
  return (
    <Section title={t.tabs.audit}>
      <Loaded query={audit}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.items)
          if (rows.length === 0) return <p className="py-4 text-ink-soft">{t.audit.empty}</p>
          return (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
            <div tabIndex={0} className="overflow-x-auto">
              <table className="w-full text-left">
                <thead className="text-xs text-ink-soft">
                  <tr className="border-b border-line">
                    <th className="py-2 pr-4 font-medium">{t.audit.when}</th>
                    <th className="py-2 pr-4 font-medium">{t.audit.who}</th>
                    <th className="py-2 font-medium">{t.audit.what}</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.id} className="border-b border-line align-top last:border-0">
                      <td className="num py-2 pr-4 whitespace-nowrap">{second(lang, row.at)}</td>
                      <td className="py-2 pr-4">
                        {nameOf(row.actor)}
                        {row.remote && (
                          <span className="num block text-xs text-ink-soft">{row.remote}</span>
                        )}
                      </td>
                      <td className="py-2 break-words">
                        <code className="font-mono text-xs font-semibold">{row.action}</code>
                        <code className="block font-mono text-xs text-ink-soft">{row.object}</code>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }}
      </Loaded>
      {audit.hasNextPage && (
        <Button
          className="mt-3"
          busy={audit.isFetchingNextPage}
          onClick={() => void audit.fetchNextPage()}
        >
          {common.loadMore}
        </Button>
      )}
    </Section>
  )
}
