import { builderTexts, commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { CopyButton } from '@/ui/copy'
import { Dialog } from '@/ui/dialog'
import { useBuilder, useStore } from '../store/state'

/** Secrets that the server has just made: shown once, to be copied to the sender. */
export function MadeSecrets() {
  const t = useTexts(builderTexts).mapping.secret
  const common = useTexts(commonTexts)
  const store = useStore()
  const made = useBuilder((s) => s.made)
  const close = () => store.set({ made: [] })
  if (made.length === 0) return null
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={t.madeTitle}
      description={t.madeText}
      footer={
        <Button variant="primary" onClick={close}>
          {common.close}
        </Button>
      }
    >
      <dl className="flex flex-col gap-3 pb-2">
        {made.map((secret) => (
          <div key={secret.name}>
            <dt className="text-ink-soft">{secret.name}</dt>
            <dd className="flex items-start gap-2">
              <code className="control min-w-0 grow font-mono text-[0.8125rem] break-all">
                {secret.value}
              </code>
              <CopyButton text={secret.value} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
