import { currentLang } from '@/i18n/lang'
import { apiUrl } from '@/lib/base'
import { external } from '@/lib/external'
import { readStored, writeStored } from '@/lib/stored'
import { ApiProblem, type ProblemBody } from './problem'

export type QueryValues = Record<string, string | number | boolean | null | undefined>

export interface Options {
  query?: QueryValues
  body?: unknown
  signal?: AbortSignal
  /** Sent as If-Match: the change is refused (412) if someone else was faster. */
  etag?: string
  /** Makes a repeated POST harmless. */
  idempotencyKey?: string
}

export interface Answer<T> {
  data: T
  etag: string | null
}

/** The workspace that requests are about; null lets the server take the caller's last one. */
export const workspace = external<string | null>(readStored('workspace'))

export function setWorkspace(id: string): void {
  writeStored('workspace', id)
  workspace.set(id)
}

/** Called when the session has ended, by whoever knows the sign-in page. */
let onSignedOut: () => void = () => {}
export function whenSignedOut(call: () => void): void {
  onSignedOut = call
}

/** Path with the parts that have a value. Undefined, null and '' are left out. */
export function withQuery(path: string, query: QueryValues = {}): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value))
  }
  const text = params.toString()
  return text ? `${path}?${text}` : path
}

function headersOf(options: Options): Headers {
  const headers = new Headers({
    accept: 'application/json, application/problem+json',
    'accept-language': currentLang(),
  })
  const id = workspace.get()
  if (id) headers.set('zveno-workspace', id)
  if (options.body !== undefined) headers.set('content-type', 'application/json')
  if (options.etag) headers.set('if-match', options.etag)
  if (options.idempotencyKey) headers.set('idempotency-key', options.idempotencyKey)
  return headers
}

async function bodyOf(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? ''
  if (response.status === 204) return undefined
  return type.includes('json') ? response.json() : response.text()
}

async function failure(response: Response): Promise<ApiProblem> {
  const body = await bodyOf(response).catch(() => ({}))
  const problem = body && typeof body === 'object' ? (body as ProblemBody) : {}
  const wait = Number(response.headers.get('retry-after'))
  return new ApiProblem(response.status, problem, wait > 0 ? wait : null)
}

/** One request. Throws `ApiProblem` for everything but a success; passes aborts on. */
export async function request<T>(
  method: string,
  path: string,
  options: Options = {},
): Promise<Answer<T>> {
  let response: Response
  try {
    response = await fetch(apiUrl(withQuery(path, options.query)), {
      method,
      headers: headersOf(options),
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      credentials: 'same-origin',
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new ApiProblem(0, {})
  }
  if (!response.ok) {
    const problem = await failure(response)
    if (problem.status === 401) onSignedOut()
    throw problem
  }
  return { data: (await bodyOf(response)) as T, etag: response.headers.get('etag') }
}

const data =
  (method: string) =>
  async <T>(path: string, options?: Options): Promise<T> =>
    (await request<T>(method, path, options)).data

export const api = {
  get: data('GET'),
  post: data('POST'),
  put: data('PUT'),
  patch: data('PATCH'),
  delete: data('DELETE'),
}
