import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { SecretOnce } from '@/ui/secret-once'

/** A secret, to be entered at the receiver. */
export default function SecretDialog(props: {
  title: string
  text: string
  secret: string
  onClose: () => void
}) {
  const common = useTexts(commonTexts)
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={props.title}
      size="sm"
      footer={
        <Button variant="primary" onClick={props.onClose}>
          {common.close}
        </Button>
      }
    >
      <SecretOnce text={props.secret} note={props.text} />
    </Dialog>
  )
}
