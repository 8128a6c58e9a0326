// One line that says what a step does, and its name.
import type { FoundAction } from '../data/catalogue'
import { type Condition, kindOf, type Source, type Step } from '../model/doc'
import { readPath } from '../pills/path'
import type { FunctionTable } from '../pills/pill'
import { isEmpty, readValue } from '../pills/value'
import { shown } from '../sample/tree'

export interface SummaryTexts {
  logic: Record<string, [string, string]>
  filled: (n: number, total: number) => string
  noFields: string
  unknownApp: string
  summary: {
    ways: (n: number) => string
    wait: (time: string) => string
    until: string
    answer: (status: number) => string
    each: (list: string) => string
    eachNone: string
  }
  condition: { and: string; or: string; ops: Record<string, string>; empty: string }
}

/** What a path is called where nothing better is known: its last name. */
export function pathLabel(path: string): string {
  const walk = readPath(path) ?? [path]
  const last = walk.at(-1)
  return typeof last === 'number' ? `${String(walk.at(-2) ?? '')} ${last + 1}` : (last ?? path)
}

/** A source as a reader sees it: text, and pills by their names. */
export function sourceText(source: Source | undefined, table: FunctionTable): string {
  const value = readValue(source, table)
  switch (value.kind) {
    case 'parts':
      return value.parts.map((p) => ('text' in p ? p.text : pathLabel(p.pill.path))).join('')
    case 'code':
      return value.text
    case 'query':
      return pathLabel(value.path)
    case 'fixed':
      return shown(value.value)
    case 'secret':
      return '••••'
    case 'nested':
      return ''
  }
}

export function conditionText(c: Condition, table: FunctionTable, t: SummaryTexts): string {
  const many = (list: Condition[], word: string) =>
    list.map((x) => conditionText(x, table, t)).join(` ${word} `)
  if ('all' in c) return c.all.length ? many(c.all, t.condition.and) : t.condition.empty
  if ('any' in c) return c.any.length ? many(c.any, t.condition.or) : t.condition.empty
  if ('not' in c) return `¬ (${conditionText(c.not, table, t)})`
  const left = sourceText(c.left, table) || '…'
  const right = c.right ? ` ${sourceText(c.right, table) || '…'}` : ''
  return `${left} ${t.condition.ops[c.op] ?? c.op}${right}`
}

export function stepName(step: Step, found: FoundAction | null, t: SummaryTexts): string {
  if (step.name) return step.name
  if ('action' in step) {
    return found ? `${found.connector.title} — ${lower(found.action.title)}` : step.action
  }
  return t.logic[kindOf(step)]?.[0] ?? step.id
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

function actionSummary(
  step: Step,
  found: FoundAction | null,
  table: FunctionTable,
  t: SummaryTexts,
) {
  if (!('action' in step)) return ''
  if (!found) return t.unknownApp
  const fields = found.action.fields.filter((f) => f.type !== 'info')
  if (fields.length === 0) return t.noFields
  const filled = fields.filter((f) => !isEmpty(step.input?.[f.key]))
  const first = filled.find((f) => f.required || f.key === 'to') ?? filled[0]
  const text = first ? sourceText(step.input?.[first.key], table) : ''
  if (first && text) return `${first.label || first.key}: ${shown(text, 80)}`
  const counted = fields.filter((f) => !f.advanced || !isEmpty(step.input?.[f.key]))
  return t.filled(filled.length, counted.length)
}

export function stepSummary(
  step: Step,
  found: FoundAction | null,
  table: FunctionTable,
  t: SummaryTexts,
): string {
  if ('action' in step) return actionSummary(step, found, table, t)
  if ('branch' in step) {
    const when = step.branch[0]?.when
    const ways = t.summary.ways(step.branch.length)
    return when && step.branch.length <= 2 ? conditionText(when, table, t) : ways
  }
  if ('for_each' in step) {
    const list = sourceText(step.for_each, table)
    return list && list !== '[]' ? t.summary.each(list) : t.summary.eachNone
  }
  if ('delay' in step) return 'for' in step.delay ? t.summary.wait(step.delay.for) : t.summary.until
  if ('set' in step) return Object.keys(step.set).join(', ')
  if ('filter' in step) return conditionText(step.filter, table, t)
  return t.summary.answer(step.respond.status ?? 200)
}
