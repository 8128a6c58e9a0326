import { Link } from '@tanstack/react-router'
import { FileWarning } from 'lucide-react'
import type { Flow } from '@/api/types'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { buttonClass } from '@/ui/button'
import { Empty } from '@/ui/states'

/** In place of a draft that cannot be drawn: why, and what there is to do. */
export function Unreadable({ flow }: { flow: Flow }) {
  const t = useTexts(builderTexts).unreadable
  return (
    <div className="mx-auto w-full max-w-2xl px-4">
      <Empty icon={FileWarning} title={t.title(flow.name)} text={t.text}>
        <Link to="/" className={buttonClass('primary')}>
          {t.back}
        </Link>
      </Empty>
      {flow.draft.problems.length > 0 && (
        <ul
          aria-label={t.problems}
          className="flex flex-col gap-1 rounded-xl border border-line bg-surface px-4 py-3"
        >
          {flow.draft.problems.map((each) => (
            <li key={`${each.place}${each.message}`} className="break-words">
              {each.place && <code className="mr-2 text-ink-soft">{each.place}</code>}
              {each.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
