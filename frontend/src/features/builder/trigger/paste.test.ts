import { expect, test } from 'vitest'
import { readCsv, record } from './csv'
import { readPasted } from './paste'

test('JSON and bodies of forms are told apart', () => {
  expect(readPasted(' {"a": 1} ')?.headers).toEqual({ 'content-type': 'application/json' })
  expect(readPasted('Name=%D0%98&Phone=1')?.headers?.['content-type']).toContain('urlencoded')
  for (const text of ['', 'Hello', '42', '<a>b</a>', 'a b=c'])
    expect(readPasted(text), text).toBeNull()
})

test('a copied curl command gives its method, headers and body', () => {
  const curl = `curl -X PUT 'https://x.example/in/1?a=1' \\
    -H 'Content-Type: application/json' -H "X-Key: it's" --data-raw '{"a": "b c"}'`
  expect(readPasted(curl)).toEqual({
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-key': "it's" },
    body: '{"a": "b c"}',
  })
  expect(readPasted('curl https://x.example -d a=1 -d b=2')).toEqual({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'a=1&b=2',
  })
})

test('CSV with semicolons, quotes and line ends inside values', () => {
  const table = readCsv('\ufeffname;note\r\nАнна;"a;b ""c""\nd"\r\nИван;x;y\r\n')
  expect(table.columns).toEqual(['name', 'note'])
  expect(record(table, table.rows[0] ?? [])).toEqual({ name: 'Анна', note: 'a;b "c"\nd' })
  expect(table.bad).toEqual([3])
})
