import type { Attempt, Exchange } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { size } from '@/lib/format'
import { parsedBody } from '@/lib/parsed-body'
import { HeaderTable } from '@/ui/header-table'
import { JsonView } from '@/ui/json-view'

const Title = ({ number, many }: { number: number; many: boolean }) => {
  const t = useTexts(runsTexts)
  return many ? <h3 className="mb-2 font-medium">{t.call(number)}</h3> : null
}

function Body({ text, whole }: { text: string; whole?: number | null }) {
  const t = useTexts(runsTexts)
  const lang = useLang()
  if (text === '') return null
  return (
    <>
      <JsonView value={parsedBody(text)} label={t.body} depth={3} />
      {whole && <p className="text-[0.8125rem] text-warn">{t.cut(size(lang, whole))}</p>}
    </>
  )
}

/** The requests of one try, as they left; secrets are masked by the server. */
export function Sent({ attempt }: { attempt: Attempt }) {
  const t = useTexts(runsTexts)
  if (attempt.exchanges.length === 0) return <p className="text-ink-faint">{t.noSent}</p>
  return attempt.exchanges.map((exchange, index) => (
    <section key={keyOf(exchange, index)} className="mb-5 flex flex-col gap-2">
      <Title number={index + 1} many={attempt.exchanges.length > 1} />
      <p className="font-mono text-xs break-all">
        <strong className="mr-2">{exchange.request.method}</strong>
        {exchange.request.url}
      </p>
      <HeaderTable headers={exchange.request.headers} title={t.headers} />
      <Body text={exchange.request.body} whole={exchange.request.cut_from} />
    </section>
  ))
}

/** What came back in one try. */
export function Answer({ attempt }: { attempt: Attempt }) {
  const t = useTexts(runsTexts)
  if (!attempt.exchanges.some((each) => each.response))
    return <p className="text-ink-faint">{attempt.error?.title ?? t.noAnswer}</p>
  return attempt.exchanges.map((exchange, index) => (
    <section key={keyOf(exchange, index)} className="mb-5 flex flex-col gap-2">
      <Title number={index + 1} many={attempt.exchanges.length > 1} />
      {exchange.response && (
        <>
          <p>
            <span
              className={cx(
                'rounded-md px-2 py-0.5 font-mono text-xs font-semibold',
                exchange.response.status < 400 ? 'bg-ok-soft text-ok' : 'bg-bad-soft text-bad',
              )}
            >
              {exchange.response.status}
            </span>
          </p>
          <HeaderTable headers={exchange.response.headers} title={t.headers} />
          <Body text={exchange.response.body} whole={exchange.response.cut_from} />
        </>
      )}
    </section>
  ))
}

const keyOf = (exchange: Exchange, index: number) => `${exchange.request.url}${index}`
