import { useQueryClient } from '@tanstack/react-query'
import { FileSpreadsheet } from 'lucide-react'
import { useRef, useState } from 'react'
import { api } from '@/api/client'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { keyed } from '@/lib/keyed'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/field'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { importsQuery, type Started } from '../data/start'
import { useBuilder, useStore } from '../store/state'
import { readCsv, record, type Table } from './csv'
import { Imports } from './imports'

interface Sheet {
  name: string
  text: string
  table: Table
}

const SHOWN = 5

/** A file of which each row starts the flow; first it is only looked at. */
export function CsvStart({ published }: { published: boolean }) {
  const words = useTexts(builderTexts).trigger
  const t = words.manual
  const errorText = useErrorText()
  const client = useQueryClient()
  const store = useStore()
  const flow = useBuilder((s) => s.flow.id)
  const input = useRef<HTMLInputElement>(null)
  const [sheet, setSheet] = useState<Sheet | null>(null)
  const [trial, setTrial] = useState<Started | null>(null)
  const [skip, setSkip] = useState(false)
  const [busy, setBusy] = useState(false)
  const choose = async (file: File | undefined) => {
    if (!file) return
    const text = await file.text()
    setSheet({ name: file.name, text, table: readCsv(text) })
    setTrial(null)
  }
  const run = async (dry: boolean) => {
    if (!sheet) return
    setBusy(true)
    try {
      const body = { csv: sheet.text, dry_run: dry, skip_faulty: skip }
      const answer = await api.post<Started>(`/flows/${flow}/start`, { body })
      if (dry) setTrial(answer)
      else {
        toast(t.startedAll(answer.rows))
        setSheet(null)
        setTrial(null)
        await client.invalidateQueries({ queryKey: importsQuery(flow).queryKey })
      }
    } catch (error) {
      toast(errorText(error), 'bad')
    } finally {
      setBusy(false)
    }
  }
  const sample = async () => {
    const row = sheet?.table.rows[0]
    if (!sheet || !row) return
    try {
      const body = { json: record(sheet.table, row) }
      const made = await api.post<{ id: string }>(`/flows/${flow}/samples`, { body })
      store.set({ sample: made.id })
      await client.invalidateQueries({ queryKey: ['flow', flow] })
      toast(t.asSample)
    } catch (error) {
      toast(errorText(error), 'bad')
    }
  }
  return (
    <section className="flex flex-col gap-2 border-t border-line pt-4">
      <h3 className="font-medium">{t.csv}</h3>
      <p className="text-[0.8125rem] text-ink-soft">{t.csvHelp}</p>
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv,text/plain"
        className="sr-only"
        aria-label={t.csvChoose}
        tabIndex={-1}
        onChange={(event) => void choose(event.target.files?.[0])}
      />
      <Button
        icon={<FileSpreadsheet className="size-4" />}
        disabled={store.readOnly}
        onClick={() => input.current?.click()}
      >
        {sheet ? `${sheet.name} · ${t.rows(sheet.table.rows.length)}` : t.csvChoose}
      </Button>
      {sheet && (
        <>
          <Preview table={sheet.table} />
          {sheet.table.bad.length > 0 && (
            <p className="text-warn">{t.bad(sheet.table.bad.length)}</p>
          )}
          <div className="flex flex-wrap gap-2">
            <Button size="sm" busy={busy} disabled={!published} onClick={() => void run(true)}>
              {t.dry}
            </Button>
            <Button size="sm" variant="quiet" onClick={() => void sample()}>
              {words.takeSample}
            </Button>
          </div>
        </>
      )}
      {sheet && trial && (
        <div aria-live="polite" className="flex flex-col gap-2 rounded-xl bg-sunken px-3 py-2.5">
          <p className="font-medium">{t.dryDone(trial.rows)}</p>
          {trial.faulty > 0 && <p className="text-bad">{t.faulty(trial.faulty)}</p>}
          {trial.faults.slice(0, SHOWN).map((fault) => (
            <p
              key={`${fault.line}${fault.column}${fault.message}`}
              className="text-[0.8125rem] text-bad"
            >
              {`${fault.column ? t.place(fault.line, fault.column) : t.line(fault.line)}: ${fault.message}`}
            </p>
          ))}
          {trial.unused.length > 0 && (
            <p className="text-[0.8125rem] text-ink-soft">{t.unused(trial.unused.join(', '))}</p>
          )}
          {trial.faulty > 0 && (
            <Checkbox checked={skip} onChange={setSkip}>
              {t.skipFaulty}
            </Checkbox>
          )}
          <Button
            variant="primary"
            busy={busy}
            disabled={trial.rows === 0 || (trial.faulty > 0 && !skip)}
            onClick={() => void run(false)}
          >
            {t.startAll(trial.rows)}
          </Button>
        </div>
      )}
      <Imports flow={flow} />
    </section>
  )
}

const Preview = ({ table }: { table: Table }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
  <div tabIndex={0} className="overflow-x-auto rounded-lg border border-line">
    <table className="w-full text-left text-xs">
      <thead className="bg-sunken">
        <tr>
          {keyed(table.columns).map(({ item: name, key }) => (
            <th key={key} className="px-2 py-1 font-medium whitespace-nowrap">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {keyed(table.rows.slice(0, SHOWN)).map(({ item: row, key }) => (
          <tr key={key} className="border-t border-line">
            {keyed(row).map(({ item: value, key: at }) => (
              <td key={at} className="max-w-40 truncate px-2 py-1">
                {value}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
