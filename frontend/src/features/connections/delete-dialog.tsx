import { api } from '@/api/client'
import type { Connection } from '@/api/connectors'
import { connectionsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import ConfirmDialog from '@/ui/confirm-dialog'

export default function DeleteDialog(props: { connection: Connection; onClose: () => void }) {
  const { connection, onClose } = props
  const t = useTexts(connectionsTexts)
  const { save, busy } = useSave({
    run: () =>
      api.delete(`/connections/${connection.id}`, {
        // The dialog has said what uses it.
        query: { force: connection.used_in > 0 || undefined },
      }),
    stale: [['connections']],
    said: t.deleted,
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={t.deleteTitle(connection.name)}
      text={t.deleteText(connection.used_in)}
      button={t.delete}
      busy={busy}
      onConfirm={() => save()}
      onClose={onClose}
    />
  )
}
