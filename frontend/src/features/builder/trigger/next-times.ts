// The next times of a schedule, for the eye of the one who writes it. The server decides when a flow
// really starts; this follows the same five fields of cron.

interface Range {
  min: number
  max: number
  names?: string[]
}
const FIELDS: Range[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { min: 0, max: 7, names: 'sun mon tue wed thu fri sat'.split(' ') },
]

export interface Cron {
  minutes: Set<number>
  hours: Set<number>
  days: Set<number>
  months: Set<number>
  weekdays: Set<number>
  /** Day of the month and of the week are both given: either one is enough. */
  either: boolean
}

function one(text: string, { min, names }: Range): number {
  const named = names?.indexOf(text.toLowerCase().slice(0, 3)) ?? -1
  if (named >= 0) return named + (min === 1 ? 1 : 0)
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

function field(text: string, range: Range): Set<number> | null {
  const out = new Set<number>()
  for (const part of text.split(',')) {
    const [span = '', stepText] = part.split('/')
    const step = stepText === undefined ? 1 : Number(stepText)
    const [a, b] = span === '*' ? [range.min, range.max] : span.split('-').map((x) => one(x, range))
    const from = a ?? Number.NaN
    const to = b ?? (stepText === undefined ? from : range.max)
    const fits = from >= range.min && to <= range.max && from <= to && step >= 1
    if (!fits || !Number.isInteger(step)) return null
    for (let n = from; n <= to; n += step) out.add(n)
  }
  return out.size > 0 ? out : null
}

export function readCron(text: string): Cron | null {
  const parts = text.trim().split(/\s+/)
  if (parts.length !== 5) return null
  const sets = parts.map((p, i) => field(p, FIELDS[i] as Range))
  const [minutes, hours, days, months, weekdays] = sets
  if (!minutes || !hours || !days || !months || !weekdays) return null
  // Sunday is 0 and 7.
  if (weekdays.has(7)) weekdays.add(0)
  const either = parts[2] !== '*' && parts[4] !== '*'
  return { minutes, hours, days, months, weekdays, either }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** What the clock on the wall of a zone shows, as if it were UTC. */
function wall(at: number, zone: string): number {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    })
    formats.set(zone, format)
  }
  const p = Object.fromEntries(format.formatToParts(at).map((x) => [x.type, Number(x.value)]))
  return Date.UTC(p.year ?? 0, (p.month ?? 1) - 1, p.day, p.hour, p.minute)
}

/** The moment when that clock shows `local`; where it skips it, right after the gap. */
export function moment(local: number, zone: string): number {
  const guess = local - (wall(local, zone) - local)
  const at = local - (wall(guess, zone) - guess)
  if (wall(at, zone) === local) return at
  let before = Math.min(at, guess) - 86_400_000
  let after = Math.max(at, guess) + 86_400_000
  const shift = wall(before, zone) - before
  while (after - before > 60_000) {
    const middle = Math.floor((before + after) / 2 / 60_000) * 60_000
    if (wall(middle, zone) - middle === shift) before = middle
    else after = middle
  }
  return after
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

const DAY = 86_400_000
/** 29 February may be eight years away. */
const DAYS = 366 * 8

function fitsDay(cron: Cron, day: Date): boolean {
  if (!cron.months.has(day.getUTCMonth() + 1)) return false
  const date = cron.days.has(day.getUTCDate())
  const weekday = cron.weekdays.has(day.getUTCDay())
  return cron.either ? date || weekday : date && weekday
}

/** The next `count` times of a cron expression after `from`. */
export function cronTimes(cron: Cron, zone: string, from: number, count = 5): number[] {
  const out: number[] = []
  const today = Math.floor(wall(from, zone) / DAY) * DAY
  const hours = [...cron.hours].sort((a, b) => a - b)
  const minutes = [...cron.minutes].sort((a, b) => a - b)
  for (let n = 0; n < DAYS && out.length < count; n += 1) {
    const day = today + n * DAY
    if (!fitsDay(cron, new Date(day))) continue
    for (const hour of hours) {
      for (const minute of minutes) {
        const at = moment(day + hour * 3_600_000 + minute * 60_000, zone)
        if (at > from && out.length < count && at !== out.at(-1)) out.push(at)
      }
    }
  }
  return out
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: DAY, w: 7 * DAY }

/** `15m`, `1h30m` in milliseconds; null for anything else. */
export function readSpan(text: string): number | null {
  if (!/^(\d+[smhdw])+$/.test(text.trim())) return null
  let total = 0
  for (const m of text.matchAll(/(\d+)([smhdw])/g)) total += Number(m[1]) * (UNITS[m[2] ?? ''] ?? 0)
  return total >= 60_000 ? total : null
}

/** The next times of a period, counted from midnight. */
export function everyTimes(span: number, zone: string, from: number, count = 5): number[] {
  const start = moment(Math.floor(wall(from, zone) / DAY) * DAY, zone)
  const first = start + Math.ceil((from + 1 - start) / span) * span
  return Array.from({ length: count }, (_, i) => first + i * span)
}
