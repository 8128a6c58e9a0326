import { CopyButton } from './copy'

/** Something that is shown only now, with a way to copy it. */
export const SecretOnce = ({ text, note }: { text: string; note: string }) => (
  <div className="flex flex-col gap-2 pb-4">
    <p className="text-ink-soft">{note}</p>
    <div className="flex items-center gap-2 rounded-xl border border-line-strong bg-bg py-1 pr-1 pl-3">
      <code className="min-w-0 grow font-mono text-xs break-all">{text}</code>
      <CopyButton text={text} />
    </div>
  </div>
)
