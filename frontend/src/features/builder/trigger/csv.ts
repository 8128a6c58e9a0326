// Reads the head of a CSV file for a look at it. The server reads the file itself.

export interface Table {
  columns: string[]
  rows: string[][]
  /** Lines (from 1) with another number of values than the head. */
  bad: number[]
}

/** The separator that the first line has most of. */
function separatorOf(text: string): string {
  const line = text.slice(0, text.search(/\r?\n|$/))
  const count = (c: string) => line.split(c).length
  return [';', '\t'].reduce((best, c) => (count(c) > count(best) ? c : best), ',')
}

/** The values of every line; quotes may hold separators, line ends and doubled quotes. */
function lines(text: string, separator: string): string[][] {
  const out: string[][] = []
  let row: string[] = []
  let value = ''
  let quoted = false
  const endRow = () => {
    row.push(value)
    value = ''
    if (row.length > 1 || row[0] !== '') out.push(row)
    row = []
  }
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] as string
    if (quoted) {
      if (c !== '"') value += c
      else if (text[i + 1] === '"') {
        value += '"'
        i += 1
      } else quoted = false
    } else if (c === '"' && value === '') quoted = true
    else if (c === separator) {
      row.push(value)
      value = ''
    } else if (c === '\n') endRow()
    else if (c !== '\r') value += c
  }
  if (value !== '' || row.length > 0) endRow()
  return out
}

export function readCsv(raw: string): Table {
  const text = raw.replace(/^\ufeff/, '')
  const [head = [], ...rows] = lines(text, separatorOf(text))
  const bad = rows.flatMap((row, i) => (row.length === head.length ? [] : [i + 2]))
  return { columns: head.map((c) => c.trim()), rows, bad }
}

/** A row as the data of an event. */
export const record = (table: Table, row: string[]): Record<string, string> =>
  Object.fromEntries(table.columns.map((name, i) => [name, row[i] ?? '']))
