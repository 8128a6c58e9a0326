// One line that says what a step does, and its name.
import type { FoundAction } from '../data/catalogue'
import type { FieldSpec } from '../data/types'
import { type Condition, type Json, kindOf, type Source, type Step } from '../model/doc'
import { readReference, writePath } from '../pills/path'
import type { FunctionTable, Part } from '../pills/pill'
import { scan } from '../pills/read'
import { isEmpty, readValue } from '../pills/value'
import { shown } from '../sample/tree'
import type { DataNames } from './data-names'

export interface SummaryTexts {
  logic: Record<string, [string, string]>
  filled: (n: number, total: number) => string
  noFields: string
  unknownApp: string
  yes: string
  no: string
  summary: {
    ways: (n: number) => string
    wait: (time: string) => string
    until: string
    answer: (status: number) => string
    each: (list: string) => string
    eachNone: string
    not: (what: string) => string
  }
  condition: { and: string; or: string; ops: Record<string, string>; empty: string }
}

/** What a summary is made with. */
export interface Words {
  table: FunctionTable
  /** What data is called. */
  name: DataNames
  t: SummaryTexts
}

/** A source as a reader sees it: text, pills by their names, the labels of what was chosen. */
export function sourceText(source: Source | undefined, w: Words, field?: FieldSpec): string {
  const value = readValue(source, w.table)
  switch (value.kind) {
    case 'parts': {
      const [only] = value.parts
      if (value.parts.length === 1 && only && 'text' in only) return optionText(only.text, field)
      return partsText(value.parts, w)
    }
    case 'code':
      return codeText(value.text, w)
    case 'query':
      return w.name(value.path)
    case 'fixed':
      return plainText(value.value, w, field)
    case 'secret':
      return '••••'
    case 'nested':
      if ('list' in value.source)
        return joined(value.source.list.map((s) => sourceText(s, w, field)))
      return 'literal' in value.source ? plainText(value.source.literal, w, field) : ''
  }
}

const partsText = (parts: readonly Part[], w: Words): string =>
  parts.map((p) => ('text' in p ? p.text : w.name(p.pill.path))).join('')

/** A template that is no row of pills: its text, and what its tags read. */
function codeText(template: string, w: Words): string {
  const found = scan(template, w.table)
  if (!found) return '…'
  const pieces = found.texts.map((text, i) => {
    const tag = found.tags[i]
    if (!tag) return text
    return (
      text + (tag.part ? partsText([tag.part], w) : codeTag(template.slice(tag.start, tag.end), w))
    )
  })
  return pieces.join('').replace(/\s+/g, ' ').trim()
}

/** What the code of a tag reads, by its name; nothing for the words around a block. */
function codeTag(tag: string, w: Words): string {
  if (/^\{\{~?\s*(?:[#/!^>]|else\b)/.test(tag)) return ''
  const at = /(?<![\p{L}\p{N}_.])(?:trigger|steps|vars|flow|run)[./]/u.exec(tag)
  const path = at && readReference(tag, at.index)?.path
  return path ? w.name(writePath(path)) : '…'
}

function plainText(value: Json, w: Words, field?: FieldSpec): string {
  if (Array.isArray(value) && value.length > 0)
    return joined(value.map((v) => plainText(v, w, field)))
  if (value === true) return w.t.yes
  if (value === false) return w.t.no
  return optionText(value, field)
}

const optionText = (value: Json, field?: FieldSpec): string =>
  field?.options?.find((o) => o.value === value)?.label ?? shown(value)

const joined = (texts: readonly string[]): string => texts.filter(Boolean).join(', ')

export function conditionText(c: Condition, w: Words): string {
  const t = w.t.condition
  const many = (list: Condition[], word: string) =>
    list.map((x) => conditionText(x, w)).join(` ${word} `)
  if ('all' in c) return c.all.length ? many(c.all, t.and) : t.empty
  if ('any' in c) return c.any.length ? many(c.any, t.or) : t.empty
  if ('not' in c) return w.t.summary.not(conditionText(c.not, w))
  const left = sourceText(c.left, w) || '…'
  const right = c.right ? ` ${sourceText(c.right, w) || '…'}` : ''
  return `${left} ${t.ops[c.op] ?? c.op}${right}`
}

export function stepName(step: Step, found: FoundAction | null, t: SummaryTexts): string {
  if (step.name) return step.name
  if ('action' in step) {
    return found ? `${found.connector.title} — ${lower(found.action.title)}` : step.action
  }
  return t.logic[kindOf(step)]?.[0] ?? step.id
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

function actionSummary(step: Step, found: FoundAction | null, w: Words) {
  if (!('action' in step)) return ''
  if (!found) return w.t.unknownApp
  const fields = found.action.fields.filter((f) => f.type !== 'info')
  if (fields.length === 0) return w.t.noFields
  const filled = fields.filter((f) => !isEmpty(step.input?.[f.key]))
  const first = filled.find((f) => f.required || f.key === 'to') ?? filled[0]
  const text = first ? sourceText(step.input?.[first.key], w, first) : ''
  if (first && text) return `${first.label || first.key}: ${shown(text, 80)}`
  const counted = fields.filter((f) => !f.advanced || !isEmpty(step.input?.[f.key]))
  return w.t.filled(filled.length, counted.length)
}

export function stepSummary(step: Step, found: FoundAction | null, w: Words): string {
  const t = w.t.summary
  if ('action' in step) return actionSummary(step, found, w)
  if ('branch' in step) {
    const when = step.branch[0]?.when
    return when && step.branch.length <= 2 ? conditionText(when, w) : t.ways(step.branch.length)
  }
  if ('for_each' in step) {
    const list = sourceText(step.for_each, w)
    return list && list !== '[]' ? t.each(list) : t.eachNone
  }
  if ('delay' in step) return 'for' in step.delay ? t.wait(step.delay.for) : t.until
  if ('set' in step) return Object.keys(step.set).join(', ')
  if ('filter' in step) return conditionText(step.filter, w)
  return t.answer(step.respond.status ?? 200)
}
