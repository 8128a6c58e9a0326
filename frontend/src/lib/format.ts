import type { Lang } from '@/i18n/lang'

const locale = { ru: 'ru-RU', en: 'en-GB' } as const
const cache = new Map<string, Intl.DateTimeFormat>()

function dates(lang: Lang, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = lang + JSON.stringify(options)
  let format = cache.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(locale[lang], options)
    cache.set(key, format)
  }
  return format
}

export const number = (lang: Lang, value: number): string => value.toLocaleString(locale[lang])

/** `12:44:10`. */
export const clock = (lang: Lang, at: string): string =>
  dates(lang, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(at))

/** `12:44` today, `3 Nov 12:44` this year, with the year before that. */
export function moment(lang: Lang, at: string, now = new Date()): string {
  const date = new Date(at)
  const time = { hour: '2-digit', minute: '2-digit' } as const
  if (date.toDateString() === now.toDateString()) return dates(lang, time).format(date)
  const day = { day: 'numeric', month: 'short', ...time } as const
  if (date.getFullYear() === now.getFullYear()) return dates(lang, day).format(date)
  return dates(lang, { ...day, year: 'numeric' }).format(date)
}

/** `12:44:10` today, else as `moment`: for lists in which seconds tell rows apart. */
export const second = (lang: Lang, at: string, now = new Date()): string =>
  new Date(at).toDateString() === now.toDateString() ? clock(lang, at) : moment(lang, at, now)

/** `16:00`, at midnight the day: for axes of charts. */
export const hourOrDay = (lang: Lang, date: Date): string =>
  date.getHours() === 0 && date.getMinutes() === 0
    ? dates(lang, { day: 'numeric', month: 'short' }).format(date)
    : dates(lang, { hour: '2-digit', minute: '2-digit' }).format(date)

/** The whole date with seconds, for tooltips. */
export const fullMoment = (lang: Lang, at: string): string =>
  dates(lang, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at))

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** `5 minutes ago`; `justNow` below a minute. */
export function ago(lang: Lang, at: string, justNow: string, now = Date.now()): string {
  const seconds = (now - new Date(at).getTime()) / 1000
  const relative = new Intl.RelativeTimeFormat(locale[lang], { numeric: 'auto', style: 'short' })
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(-Math.round(seconds / size), unit)
  }
  return justNow
}

const unit = (lang: Lang, value: number, name: string, digits: number): string =>
  new Intl.NumberFormat(locale[lang], {
    style: 'unit',
    unit: name,
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(value)

/** `412 ms`, `1.2 sec`, `3 min`, `2 hr`. */
export function duration(lang: Lang, ms: number): string {
  if (ms < 1000) return unit(lang, Math.round(ms), 'millisecond', 0)
  if (ms < 60_000) return unit(lang, ms / 1000, 'second', ms < 10_000 ? 1 : 0)
  if (ms < 3_600_000) return unit(lang, ms / 60_000, 'minute', 0)
  if (ms < 86_400_000) return unit(lang, ms / 3_600_000, 'hour', 1)
  return unit(lang, ms / 86_400_000, 'day', 0)
}

/** `812 byte`, `1.4 kB`, `3 MB`. */
export function size(lang: Lang, bytes: number): string {
  if (bytes < 1000) return unit(lang, bytes, 'byte', 0)
  if (bytes < 1_000_000) return unit(lang, bytes / 1000, 'kilobyte', 1)
  if (bytes < 1_000_000_000) return unit(lang, bytes / 1_000_000, 'megabyte', 1)
  return unit(lang, bytes / 1_000_000_000, 'gigabyte', 1)
}
