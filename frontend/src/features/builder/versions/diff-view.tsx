import { useEffect, useMemo, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { keyed } from '@/lib/keyed'
import { asText } from './text'

interface Piece {
  kind: 'same' | 'added' | 'removed'
  lines: string[]
}

/** Lines around a change that stay in sight. */
const AROUND = 3

async function compare(from: string, to: string): Promise<Piece[]> {
  const { diffLines } = await import('diff')
  return diffLines(from, to).map((part) => ({
    kind: part.added ? 'added' : part.removed ? 'removed' : 'same',
    lines: part.value.replace(/\n$/, '').split('\n'),
  }))
}

/** What differs between two documents, line by line. */
export function DiffView(props: { from: unknown; to: unknown; equal: string }) {
  const t = useTexts(builderTexts).versions
  const from = useMemo(() => asText(props.from), [props.from])
  const to = useMemo(() => asText(props.to), [props.to])
  const [pieces, setPieces] = useState<Piece[] | null>(null)
  useEffect(() => {
    let gone = false
    void compare(from, to).then((found) => !gone && setPieces(found))
    return () => {
      gone = true
    }
  }, [from, to])
  if (from === to) return <p className="text-ink-soft">{props.equal}</p>
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
      tabIndex={0}
      aria-label={t.title}
      className="max-h-[60dvh] overflow-auto rounded-xl border border-line bg-bg py-1 font-mono text-xs"
    >
      {keyed(pieces ?? []).map(({ item, index, key }) => (
        <Lines
          key={key}
          piece={item}
          first={index === 0}
          last={index === (pieces?.length ?? 0) - 1}
        />
      ))}
    </section>
  )
}

function Lines({ piece, first, last }: { piece: Piece; first: boolean; last: boolean }) {
  const t = useTexts(builderTexts).versions
  const { kind, lines } = piece
  const head = first ? 0 : AROUND
  const tail = last ? 0 : AROUND
  if (kind === 'same' && lines.length > head + tail + 2) {
    const hidden = lines.length - head - tail
    return (
      <>
        <Rows kind="same" lines={lines.slice(0, head)} />
        <div className="my-1 bg-sunken px-3 py-0.5 text-ink-faint">{t.unchanged(hidden)}</div>
        <Rows kind="same" lines={tail > 0 ? lines.slice(-tail) : []} />
      </>
    )
  }
  return <Rows kind={kind} lines={lines} />
}

function Rows({ kind, lines }: Piece) {
  const t = useTexts(builderTexts).versions
  const sign = kind === 'added' ? '+' : kind === 'removed' ? '−' : ' '
  return keyed(lines).map(({ item: line, key }) => (
    <div
      key={key}
      className={cx(
        'flex min-w-fit gap-2 px-3 whitespace-pre',
        kind === 'added' && 'bg-ok-soft text-ok',
        kind === 'removed' && 'bg-bad-soft text-bad',
      )}
    >
      <span aria-hidden="true" className="select-none">
        {sign}
      </span>
      {kind !== 'same' && <span className="sr-only">{kind === 'added' ? t.added : t.removed}</span>}
      <span>{line}</span>
    </div>
  ))
}
