import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Connection, connectionsQuery } from '@/api/connectors'
import { createFlow, type Template, type TemplateQuestion } from '@/api/flows'
import { templatesTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { AppMark } from '@/ui/app-mark'
import { Field, Input } from '@/ui/field'
import { FormDialog } from '@/ui/form-dialog'
import { Select } from '@/ui/select'

/** The picture of a template and its two to four questions; then the flow opens. */
export default function UseDialog(props: { template: Template; onClose: () => void }) {
  const { template, onClose } = props
  const t = useTexts(templatesTexts)
  const navigate = useNavigate()
  const [answers, setAnswers] = useState<Record<string, string>>({})
  const { save, busy, field } = useSave({
    run: () =>
      createFlow({
        template: template.id,
        answers: Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== '')),
      }),
    stale: [['flows']],
    onDone: (flow) =>
      void navigate({ to: '/flows/$id', params: { id: flow.id }, search: { step: 'trigger' } }),
  })
  const connections = useQuery(connectionsQuery)
  const fits = (question: TemplateQuestion) =>
    (connections.data ?? []).filter(
      (each) => !question.connector || each.connector === question.connector,
    )
  // Without an account there is nothing to choose: it is connected in the editor.
  const questions = template.questions.filter(
    (each) => each.kind !== 'connection' || fits(each).length > 0,
  )
  return (
    <FormDialog
      title={template.title}
      description={template.description}
      button={t.create}
      busy={busy}
      onSubmit={() => save()}
      onClose={onClose}
    >
      <ol aria-label={t.what} className="mb-1 flex flex-col">
        {template.steps.map((step, index) => {
          const app = template.apps.find((each) => each.connector === step.connector)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place.
            <li key={index} className="flex items-center gap-3">
              <span className="flex flex-col items-center">
                <span className={index === 0 ? 'h-2' : 'h-2 w-px bg-line-strong'} />
                <AppMark
                  title={app?.title ?? step.title}
                  color={app?.color ?? '#64748b'}
                  mark={app?.mark ?? step.title.slice(0, 1)}
                />
                <span
                  className={
                    index === template.steps.length - 1 ? 'h-2' : 'h-2 w-px bg-line-strong'
                  }
                />
              </span>
              <span>{step.title}</span>
            </li>
          )
        })}
      </ol>
      {questions.map((question) => (
        <Question
          key={question.id}
          question={question}
          connections={fits(question)}
          value={answers[question.id] ?? ''}
          error={field(question.id) ?? field(`answers.${question.id}`)}
          onChange={(value) => setAnswers({ ...answers, [question.id]: value })}
        />
      ))}
      <p className="text-[0.8125rem] text-ink-soft">
        {questions.length === 0 ? t.noQuestions : t.later}
      </p>
    </FormDialog>
  )
}

const asText = (value: unknown) =>
  value === undefined || value === null ? undefined : String(value)

const inputType = { text: 'text', email: 'email', url: 'url', number: 'number' } as const

function Question(props: {
  question: TemplateQuestion
  connections: Connection[]
  value: string
  error?: string
  onChange: (value: string) => void
}) {
  const { question, value, onChange } = props
  const t = useTexts(templatesTexts)
  const options =
    question.kind === 'connection'
      ? props.connections.map((each) => ({
          value: each.id,
          label: `${each.title} · ${each.name}`,
        }))
      : undefined
  return (
    <Field label={question.label} help={question.help ?? undefined} error={props.error}>
      {(wiring) =>
        options ? (
          <Select
            {...wiring}
            className="w-full"
            value={value}
            onChange={onChange}
            options={[{ value: '', label: t.noConnection }, ...options]}
          />
        ) : (
          <Input
            {...wiring}
            type={inputType[question.kind as keyof typeof inputType] ?? 'text'}
            placeholder={question.placeholder ?? asText(question.default)}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  )
}
