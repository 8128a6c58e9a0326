import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import type { Reply, RespondStep } from '../../model/doc'
import { useStepEdit } from '../logic-form'
import { ReplyForm } from './reply-form'

/** The answer that the sender gets from this step. */
export function RespondForm({ step }: { step: RespondStep }) {
  const t = useTexts(builderTexts).steps.respond
  const edit = useStepEdit<RespondStep>(step.id)
  return (
    <div className="flex flex-col gap-3">
      <p className="text-ink-soft">{t.help}</p>
      <ReplyForm
        id="respond"
        value={step.respond}
        onChange={(respond: Reply) => edit((s) => ({ ...s, respond }), 'respond')}
      />
    </div>
  )
}
