import { diffLines } from 'diff'
import { cx } from '@/lib/cx'

/** Lines of unchanged text kept around a change. */
const context = 3

function shorten(text: string): string[] {
  const lines = text.replace(/\n$/, '').split('\n')
  if (lines.length <= context * 2 + 1) return lines
  return [...lines.slice(0, context), '⋯', ...lines.slice(-context)]
}

/** Two texts line by line: what went and what came. `same` is said when they are equal. */
export function DiffView({ before, after, same }: { before: string; after: string; same: string }) {
  if (before === after) return <p className="py-6 text-center text-ink-faint">{same}</p>
  const lines = diffLines(before, after).flatMap((part) =>
    (part.added || part.removed
      ? part.value.replace(/\n$/, '').split('\n')
      : shorten(part.value)
    ).map((text) => ({ text, sign: part.added ? '+' : part.removed ? '−' : ' ' })),
  )
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
      tabIndex={0}
      className="max-h-[32rem] overflow-auto rounded-xl border border-line bg-bg py-2 font-mono text-xs"
    >
      {lines.map((line, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
          key={index}
          className={cx(
            'px-3 break-all whitespace-pre-wrap',
            line.sign === '+' && 'bg-ok-soft text-ok',
            line.sign === '−' && 'bg-bad-soft text-bad',
          )}
        >
          {line.sign} {line.text}
        </div>
      ))}
    </pre>
  )
}
