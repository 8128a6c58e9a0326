import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from './button'
import { Dialog } from './dialog'

/** Asks once more before something that cannot be undone. */
export default function ConfirmDialog(props: {
  title: string
  text: string
  /** The word for doing it. */
  button: string
  busy: boolean
  onConfirm: () => void
  onClose: () => void
}) {
  const common = useTexts(commonTexts)
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={props.title}
      description={props.text}
      size="sm"
      footer={
        <>
          <Button onClick={props.onClose}>{common.cancel}</Button>
          <Button variant="danger" busy={props.busy} onClick={props.onConfirm}>
            {props.button}
          </Button>
        </>
      }
    />
  )
}
