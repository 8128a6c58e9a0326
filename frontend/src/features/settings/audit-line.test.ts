import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import en from '@/i18n/en/audit'
import ru from '@/i18n/ru/audit'
import { sentenceOf } from './audit-line'

/** From `frontend/`, where the tests run. */
const BACKEND = join(process.cwd(), '..', 'backend')

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'tests' ? [] : sources(path)
    return entry.name.endsWith('.rs') ? [readFileSync(path, 'utf8')] : []
  })
}

const codesIn = (text: string): string[] =>
  [...text.matchAll(/"([a-z_]+\.[a-z_]+)"/g)].map((found) => found[1] ?? '')

/** Every action that the server can write, and the places of which this cannot be read. */
function written(): { codes: Set<string>; unread: string[] } {
  const codes = new Set<string>()
  const unread: string[] = []
  const take = (text: string, place: string) => {
    const found = codesIn(text)
    if (found.length === 0) unread.push(place)
    for (const code of found) codes.add(code)
  }
  // What is said to `caller.audit` stands first, as a literal; `db.audit` takes a whole line.
  for (const source of sources(join(BACKEND, 'api', 'src')))
    for (const call of source.matchAll(/(?<!db)\.audit\(\s*([^,)]*)/g)) take(call[1] ?? '', call[0])
  for (const crate of ['api', 'app', 'engine', 'store'])
    for (const source of sources(join(BACKEND, crate, 'src')))
      for (const line of source.matchAll(/(?<!struct )\bNewAudit \{([\s\S]*?)\n\s*\};/g)) {
        const action = /\baction(?:: ([^\n]*))?,\n/.exec(line[1] ?? '')
        // Handed in from outside: by `caller.audit`, and by the table of what commands may do.
        if (action?.[1] !== undefined) take(action[1], line[0])
      }
  const commands = readFileSync(join(BACKEND, 'app', 'src', 'ops', 'rights.rs'), 'utf8')
  take(commands, 'ops/rights.rs')
  return { codes, unread }
}

test('every action that the server writes down has a sentence in both languages', () => {
  const { codes, unread } = written()
  expect(unread).toEqual([])
  expect(codes.size).toBeGreaterThan(50)
  expect(Object.keys(en.actions).sort()).toEqual([...codes].sort())
  expect(Object.keys(ru.actions).sort()).toEqual([...codes].sort())
})

const flow = 'flw_01K00000000000000000000000'
const names = new Map([[flow, 'Заявки']])

test('a line names what it is about, by its details, by its id, or not at all', () => {
  const row = { action: 'flow.published', object: flow, detail: { version: 3 } }
  expect(sentenceOf(row, names, en.actions)).toBe('Published the flow “Заявки”, version 3')
  expect(sentenceOf(row, new Map(), en.actions)).toBe('Published the flow, version 3')
  const gone = { action: 'flow.deleted', object: flow, detail: { name: 'Старый' } }
  expect(sentenceOf(gone, new Map(), ru.actions)).toBe('Удалён сценарий «Старый»')
  const type = { action: 'event_type.created', object: 'order.paid', detail: {} }
  expect(sentenceOf(type, names, ru.actions)).toBe('Создан тип событий «order.paid»')
  const secret = { action: 'flow.secret_set', object: flow, detail: { name: 'token' } }
  expect(sentenceOf(secret, names, ru.actions)).toBe('Задан секрет «token» сценария «Заявки»')
})

test('a code that this UI does not know stays a code', () => {
  const row = { action: 'flow.teleported', object: flow, detail: null }
  expect(sentenceOf(row, names, en.actions)).toBeNull()
  expect(sentenceOf({ ...row, action: 'constructor' }, names, en.actions)).toBeNull()
})
