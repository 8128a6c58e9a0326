import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { connectionsQuery } from '@/api/connectors'
import { flowNamesQuery } from '@/api/flows'
import { type AuditRow, apiKeysQuery, auditQuery, membersQuery } from '@/api/settings'
import { subscribersQuery } from '@/api/subscribers'
import { auditTexts, settingsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { second } from '@/lib/format'
import { MoreButton } from '@/ui/more-button'
import { aboutOf, isId, type Names, sentenceOf } from './audit-line'
import { Loaded, Section } from './parts'

/** What ids stand for, of all that is still there. */
function useNames(): Names {
  const members = useQuery(membersQuery).data
  const keys = useQuery(apiKeysQuery).data
  const flows = useQuery(flowNamesQuery).data
  const connections = useQuery(connectionsQuery).data
  const subscribers = useInfiniteQuery(subscribersQuery).data
  return useMemo(
    () =>
      new Map<string, string>([
        ...(members ?? []).map((each) => [each.user, each.name] as const),
        ...[keys, flows, connections, subscribers?.pages.flatMap((page) => page.items)].flatMap(
          (list) => (list ?? []).map((each) => [each.id, each.name] as const),
        ),
      ]),
    [members, keys, flows, connections, subscribers],
  )
}

/** Who changed what. */
export default function Audit() {
  const settings = useTexts(settingsTexts)
  const t = useTexts(auditTexts)
  const lang = useLang()
  const audit = useInfiniteQuery(auditQuery)
  const names = useNames()
  return (
    <Section title={settings.tabs.audit}>
      <Loaded query={audit}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.items)
          if (rows.length === 0) return <p className="py-4 text-ink-soft">{t.empty}</p>
          return (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
            <div tabIndex={0} className="overflow-x-auto">
              <table className="w-full text-left">
                <thead className="text-xs text-ink-soft">
                  <tr className="border-b border-line">
                    <th className="py-2 pr-4 font-medium">{t.when}</th>
                    <th className="hidden py-2 pr-4 font-medium sm:table-cell">{t.who}</th>
                    <th className="py-2 font-medium">{t.what}</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.id} className="border-b border-line align-top last:border-0">
                      <td className="num py-2 pr-4 whitespace-nowrap">{second(lang, row.at)}</td>
                      <td className="hidden max-w-56 py-2 pr-4 break-words sm:table-cell">
                        <Who row={row} names={names} />
                      </td>
                      <td className="py-2 break-words">
                        <What row={row} names={names} />
                        {/* No room for a column of its own on a phone. */}
                        <div className="mt-1 text-xs text-ink-soft sm:hidden">
                          <Who row={row} names={names} />
                        </div>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }}
      </Loaded>
      <MoreButton list={audit} className="mt-3" />
    </Section>
  )
}

const Code = ({ children }: { children: string }) => (
  <code className="font-mono text-xs break-all">{children}</code>
)

/** People who have left the workspace, and keys that were revoked, stay ids. */
function Actor({ actor, names }: { actor: string; names: Names }) {
  const t = useTexts(auditTexts)
  const name = names.get(actor)
  if (name) return actor.startsWith('key_') ? t.key(name) : name
  if (actor === 'console' || actor === 'system') return t[actor]
  return <Code>{actor}</Code>
}

const Who = ({ row, names }: { row: AuditRow; names: Names }) => (
  <>
    <Actor actor={row.actor} names={names} />
    {row.remote && <span className="num block text-xs text-ink-soft">{row.remote}</span>}
  </>
)

/** What was done; below it the id of what nobody knows the name of. */
function What({ row, names }: { row: AuditRow; names: Names }) {
  const t = useTexts(auditTexts)
  const sentence = sentenceOf(row, names, t.actions)
  const nameless = sentence === null || (isId(row.object) && !aboutOf(row, names).name)
  return (
    <>
      {sentence ?? <Code>{row.action}</Code>}
      {nameless && row.object && (
        <span className="block text-ink-soft">
          {row.object.startsWith('run_') ? (
            <Link to="/runs/$id" params={{ id: row.object }} className="underline">
              <Code>{row.object}</Code>
            </Link>
          ) : (
            <Code>{row.object}</Code>
          )}
        </span>
      )}
    </>
  )
}
