export interface Call {
  params: string[]
  query: URLSearchParams
  // biome-ignore lint/suspicious/noExplicitAny: whatever the page sends.
  body: any
  lang: 'ru' | 'en'
}

export type Route = [method: string, path: RegExp, answer: (call: Call) => unknown]

/** An answer that is not a success. */
export class Fault extends Error {
  readonly status: number
  readonly body: Record<string, unknown>
  constructor(status: number, body: Record<string, unknown>) {
    super(String(body.code))
    this.status = status
    this.body = body
  }
}

/** The same pseudo-random numbers on each start. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return state / 4294967296
  }
}

export const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()

export const page = <T>(all: T[], query: URLSearchParams) => {
  const limit = Number(query.get('limit') ?? 50)
  const start = Number(query.get('cursor') ?? 0)
  const items = all.slice(start, start + limit)
  return { items, next: start + limit < all.length ? String(start + limit) : null }
}
