import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Connection, connectorsQuery } from '@/api/connectors'
import { commonTexts, connectionsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { AppMark } from '@/ui/app-mark'
import { ConnectDialog } from '@/ui/connect/connect-dialog'
import { Dialog } from '@/ui/dialog'
import { Input } from '@/ui/field'
import { ErrorState, Loading } from '@/ui/states'
import { UnverifiedBadge } from '@/ui/unverified'

/** First the service, then its questions. */
export default function Connect(props: {
  add?: string
  connection?: Connection
  onChoose: (connector: string) => void
  onClose: () => void
}) {
  const { connection, onClose } = props
  const t = useTexts(connectionsTexts)
  const common = useTexts(commonTexts)
  const connectors = useQuery(connectorsQuery(useLang()))
  const [text, setText] = useState('')
  const wanted = connection?.connector ?? props.add
  const chosen = connectors.data?.find((each) => each.id === wanted)
  if (chosen) return <ConnectDialog connector={chosen} connection={connection} onClose={onClose} />
  const found = (connectors.data ?? []).filter(
    (each) =>
      each.methods.length > 0 &&
      `${each.title} ${each.id}`.toLowerCase().includes(text.trim().toLowerCase()),
  )
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t.chooseApp}>
      <Input
        type="search"
        aria-label={t.searchApp}
        placeholder={t.searchApp}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {connectors.isPending && <Loading rows={4} className="mt-3" />}
      {connectors.isError && <ErrorState error={connectors.error} />}
      <ul className="mt-3 grid gap-1 pb-4 sm:grid-cols-2">
        {found.map((each) => (
          <li key={each.id}>
            <button
              type="button"
              onClick={() => props.onChoose(each.id)}
              className="flex w-full items-center gap-3 rounded-xl p-2 text-left hover:bg-hover"
            >
              <AppMark title={each.title} color={each.color} mark={each.mark} size="md" />
              <span className="flex min-w-0 flex-wrap items-center gap-x-2">
                <span className="max-w-full truncate font-medium">{each.title}</span>
                {each.unverified && <UnverifiedBadge />}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {connectors.isSuccess && found.length === 0 && (
        <p className="pb-4 text-ink-soft">{common.nothingFound}</p>
      )}
    </Dialog>
  )
}
