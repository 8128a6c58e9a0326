import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { SecretOnce } from '@/ui/secret-once'

/** What signs alerts to the webhook; it is told only now. */
export default function SecretDialog(props: { secret: string; onClose: () => void }) {
  const t = useTexts(settingsTexts).alerts
  const common = useTexts(commonTexts)
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={t.secretTitle}
      size="sm"
      footer={
        <Button variant="primary" onClick={props.onClose}>
          {common.close}
        </Button>
      }
    >
      <SecretOnce text={props.secret} note={t.secretText} />
    </Dialog>
  )
}
