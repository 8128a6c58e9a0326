import { FormDialog } from './form-dialog'
import { SecretOnce } from './secret-once'

/** A secret to be copied now: it may never be shown again. */
export default function SecretDialog(props: {
  title: string
  text: string
  secret: string
  onClose: () => void
}) {
  return (
    <FormDialog title={props.title} size="sm" onClose={props.onClose}>
      <SecretOnce text={props.secret} note={props.text} />
    </FormDialog>
  )
}
