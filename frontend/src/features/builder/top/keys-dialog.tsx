import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Dialog } from '@/ui/dialog'

/** The list of keys. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(builderTexts).keys
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t.title} size="sm">
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 pb-4">
        {t.list.map(([key, what]) => (
          <div key={key} className="col-span-2 grid grid-cols-subgrid items-center">
            <dt>
              <kbd className="rounded-md border border-line-strong/60 bg-sunken px-1.5 py-0.5 font-sans text-xs whitespace-nowrap">
                {key}
              </kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
