import { afterEach, expect, test, vi } from 'vitest'
import { setLang } from '@/i18n/lang'
import { api, request, setWorkspace, whenSignedOut, withQuery } from './client'
import { ApiProblem } from './problem'

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })

const problem = (error: unknown) => error as ApiProblem
const nothing = (): ApiProblem => {
  throw new Error('no problem was thrown')
}

function serve(response: Response | Error) {
  const calls: { url: string; init: RequestInit }[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    calls.push({ url, init })
    if (response instanceof Error) throw response
    return response
  })
  return calls
}

afterEach(() => vi.unstubAllGlobals())

test('empty filters stay out of the address', () => {
  expect(withQuery('/runs', { flow: 'a b', state: '', q: undefined, limit: 0 })).toBe(
    '/runs?flow=a+b&limit=0',
  )
  expect(withQuery('/runs')).toBe('/runs')
})

test('a request carries language, workspace, etag and body', async () => {
  setLang('ru')
  setWorkspace('w-1')
  const calls = serve(answer(200, { etag: 'x' }, { etag: '"7"' }))
  const result = await request('PATCH', '/flows/1/draft', { body: { doc: 1 }, etag: '"6"' })
  const headers = calls[0]?.init.headers as Headers
  expect(headers.get('accept-language')).toBe('ru')
  expect(headers.get('zveno-workspace')).toBe('w-1')
  expect(headers.get('if-match')).toBe('"6"')
  expect(calls[0]?.init.body).toBe('{"doc":1}')
  expect(result.etag).toBe('"7"')
})

test('an empty answer is no error', async () => {
  serve(answer(204, null))
  expect(await api.delete('/flows/1')).toBeUndefined()
})

test('a problem keeps its code, side and field messages', async () => {
  const body = {
    title: 'Bad',
    detail: 'The address is wrong',
    code: 'field_invalid',
    side: 'yours',
    problems: [{ field: 'url', code: 'url', message: 'Not an address' }],
  }
  serve(answer(422, body, { 'content-type': 'application/problem+json', 'retry-after': '7' }))
  const error = await api.post<unknown>('/connections', { body: {} }).then(nothing, problem)
  expect(error).toBeInstanceOf(ApiProblem)
  expect([error.status, error.code, error.message]).toEqual([
    422,
    'field_invalid',
    'The address is wrong',
  ])
  expect(error.field('url')).toBe('Not an address')
  expect(error.field('name')).toBeUndefined()
  const placed = new ApiProblem(422, {
    problems: [{ place: 'fields.url', code: 'url', message: 'Wrong' }],
  })
  expect(placed.field('url')).toBe('Wrong')
  expect(error.retryAfter).toBe(7)
})

test('no answer is a network problem, a page of a proxy an HTTP one', async () => {
  serve(new TypeError('failed'))
  expect((await api.get('/me').then(nothing, problem)).isNetwork).toBe(true)
  serve(new Response('<h1>Bad gateway</h1>', { status: 502 }))
  expect((await api.get('/me').then(nothing, problem)).code).toBe('http_502')
})

test('an ended session is told once per answer', async () => {
  const told = vi.fn()
  whenSignedOut(told)
  serve(answer(401, { code: 'signed_out' }))
  await api.get('/me').catch(() => {})
  expect(told).toHaveBeenCalledTimes(1)
})

test('an abort is passed on as it is', async () => {
  const gone = new DOMException('gone', 'AbortError')
  serve(gone)
  const stop = new AbortController()
  stop.abort()
  await expect(api.get('/me', { signal: stop.signal })).rejects.toBe(gone)
})
