import { Fragment, type ReactNode } from 'react'
import { cx } from '@/lib/cx'
import { keyed } from '@/lib/keyed'

/** The little markdown that connectors use: paragraphs, lists, `code`, **bold**, [links](https:).
 *  Always made of elements, never of markup from outside. */
export function Markdown(props: {
  text: string
  className?: string
  /** `{{hook.url}}` in instructions. */
  address?: string
}) {
  const text = props.text.replaceAll('{{hook.url}}', props.address ?? '…')
  const blocks: { ordered: boolean | null; lines: string[] }[] = []
  for (const raw of text.split('\n')) {
    const item = /^\s*(?:(\d+)\.|[-*])\s+(.*)$/.exec(raw)
    const last = blocks.at(-1)
    if (item) {
      const ordered = item[1] !== undefined
      if (last && last.ordered === ordered) last.lines.push(item[2] ?? '')
      else blocks.push({ ordered, lines: [item[2] ?? ''] })
    } else if (raw.trim() === '') {
      blocks.push({ ordered: null, lines: [] })
    } else if (last && last.lines.length > 0) {
      const end = last.lines.length - 1
      last.lines[end] = `${last.lines[end]} ${raw.trim()}`
    } else blocks.push({ ordered: null, lines: [raw.trim()] })
  }
  return (
    <div className={cx('flex flex-col gap-1.5 break-words', props.className)}>
      {blocks
        .filter((b) => b.lines.length > 0)
        .map((b, at) => {
          const key = `${at}`
          if (b.ordered === null) return <p key={key}>{b.lines.map((l) => inline(l))}</p>
          const items = keyed(b.lines).map(({ item, key: place }) => (
            <li key={place} className="pl-1">
              {inline(item)}
            </li>
          ))
          return b.ordered ? (
            <ol key={key} className="flex list-decimal flex-col gap-1 pl-5">
              {items}
            </ol>
          ) : (
            <ul key={key} className="flex list-disc flex-col gap-1 pl-5">
              {items}
            </ul>
          )
        })}
    </div>
  )
}

function inline(text: string): ReactNode {
  const pieces = text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\(https?:[^)\s]+\))/)
  return pieces.map((piece, i) => {
    const key = `${i}`
    if (piece.startsWith('`')) {
      return (
        <code key={key} className="rounded bg-sunken px-1 font-mono text-[0.9em] break-all">
          {piece.slice(1, -1)}
        </code>
      )
    }
    if (piece.startsWith('**')) return <strong key={key}>{piece.slice(2, -2)}</strong>
    const link = /^\[([^\]]+)\]\((https?:[^)\s]+)\)$/.exec(piece)
    if (link)
      return (
        <a
          key={key}
          href={link[2]}
          target="_blank"
          rel="noreferrer"
          className="text-accent underline"
        >
          {link[1]}
        </a>
      )
    return <Fragment key={key}>{piece}</Fragment>
  })
}
