import { FormDialog } from './form-dialog'

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
  return (
    <FormDialog
      title={props.title}
      description={props.text}
      size="sm"
      button={props.button}
      danger
      busy={props.busy}
      onSubmit={props.onConfirm}
      onClose={props.onClose}
    />
  )
}
