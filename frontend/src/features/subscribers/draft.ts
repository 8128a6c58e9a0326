// A subscriber while it is changed in the form, and what is sent of it.
import type { Subscriber, SubscriberInput } from '@/api/subscribers'
import { type Filter, NO_FILTER, readFilter, writeFilter } from './filter'
import { jsonText, readJson } from './json'
import { newPair, type Pair } from './pairs-editor'

export interface Draft {
  name: string
  url: string
  all: boolean
  types: string[]
  filter: Filter
  /** A condition that rows cannot show, as JSON. */
  rawFilter: string | null
  headers: Pair[]
  properties: Pair[]
  rateCount: string
  ratePer: string
}

/** How the server masks a header that looks like a credential. */
const masked = /^[•*]+$/

const valueText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value)

export function draftOf(saved?: Subscriber): Draft {
  const filter = readFilter(saved?.filter)
  const rate = /^(\d+)\/(.+)$/.exec(saved?.rate ?? '')
  return {
    name: saved?.name ?? '',
    url: saved?.url ?? '',
    all: (saved?.types.length ?? 0) === 0,
    types: saved?.types ?? [],
    filter: filter ?? NO_FILTER,
    rawFilter: filter === null ? jsonText(saved?.filter) : null,
    headers: Object.entries(saved?.headers ?? {}).map(([name, value]) =>
      masked.test(value) ? newPair(name, '', true) : newPair(name, value),
    ),
    properties: Object.entries(saved?.properties ?? {}).map(([name, value]) =>
      newPair(name, valueText(value)),
    ),
    rateCount: rate?.[1] ?? '',
    ratePer: rate?.[2] ?? '1s',
  }
}

/** A field of a message: numbers, yes and no, lists and objects are what they look like. */
function typed(text: string): unknown {
  const read = readJson(text)
  if ('bad' in read || read.value === null) return text === 'null' ? null : text
  return read.value
}

const named = (pairs: Pair[]) => pairs.filter((pair) => pair.name.trim() !== '')

/** What is sent; null where the condition is no JSON. */
export function toSend(draft: Draft): SubscriberInput | null {
  const raw = draft.rawFilter === null ? null : readJson(draft.rawFilter)
  if (raw && 'bad' in raw) return null
  return {
    name: draft.name.trim(),
    url: draft.url.trim(),
    types: draft.all ? [] : draft.types,
    filter: raw ? raw.value : writeFilter(draft.filter),
    headers: Object.fromEntries(
      named(draft.headers).map((pair) => [pair.name.trim(), pair.kept ? null : pair.value]),
    ),
    properties: Object.fromEntries(
      named(draft.properties).map((pair) => [pair.name.trim(), typed(pair.value)]),
    ),
    rate: draft.rateCount.trim() === '' ? null : `${draft.rateCount.trim()}/${draft.ratePer}`,
  }
}
