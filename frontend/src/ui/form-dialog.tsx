import { type FormEvent, type ReactNode, useId } from 'react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from './button'
import { Dialog, type DialogProps } from './dialog'

export interface FormDialogProps extends Pick<DialogProps, 'title' | 'description' | 'size'> {
  /** The word for doing it; without one there is nothing to do but to read and close. */
  button?: string
  danger?: boolean
  busy?: boolean
  /** Something is still missing. */
  disabled?: boolean
  /** Said below the questions: what no field is to blame for. */
  error?: string | null
  onSubmit?: () => void
  onClose: () => void
  children?: ReactNode
}

/** A dialog with questions: Enter and its main button send the answers. */
export function FormDialog(props: FormDialogProps) {
  const common = useTexts(commonTexts)
  const form = useId()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // Events of a dialog reach the components around it, which may be forms too.
    event.stopPropagation()
    if (props.button && !props.busy && !props.disabled) props.onSubmit?.()
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={props.title}
      description={props.description}
      size={props.size}
      footer={
        props.button ? (
          <>
            <Button onClick={props.onClose}>{common.cancel}</Button>
            <Button
              variant={props.danger ? 'danger' : 'primary'}
              type="submit"
              form={form}
              busy={props.busy}
              disabled={props.disabled}
            >
              {props.button}
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={props.onClose}>
            {common.close}
          </Button>
        )
      }
    >
      {/* The server says what is wrong, at the field and in the language of the page. */}
      <form id={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {props.children}
        {props.error && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad">
            {props.error}
          </p>
        )}
      </form>
    </Dialog>
  )
}
