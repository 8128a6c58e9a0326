import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'

/** Asks what becomes of events that waited. Nothing happens to them without a yes. */
export function HeldDialog(props: {
  count: number
  busy: boolean
  onRelease: () => void
  onClose: () => void
}) {
  const t = useTexts(builderTexts).publish
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={t.heldTitle(props.count)}
      description={t.heldText}
      size="sm"
      footer={
        <>
          <Button busy={props.busy} onClick={props.onRelease}>
            {t.heldYes(props.count)}
          </Button>
          <Button variant="primary" autoFocus onClick={props.onClose}>
            {t.heldNo}
          </Button>
        </>
      }
    />
  )
}
