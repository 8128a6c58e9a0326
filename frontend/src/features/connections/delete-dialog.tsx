import { api } from '@/api/client'
import type { Connection } from '@/api/connectors'
import { commonTexts, connectionsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'

export default function DeleteDialog(props: { connection: Connection; onClose: () => void }) {
  const { connection, onClose } = props
  const t = useTexts(connectionsTexts)
  const common = useTexts(commonTexts)
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
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.deleteTitle(connection.name)}
      description={t.deleteText(connection.used_in)}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button variant="danger" busy={busy} onClick={() => save()}>
            {t.delete}
          </Button>
        </>
      }
    />
  )
}
