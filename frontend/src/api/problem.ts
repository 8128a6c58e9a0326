/** What is told about every error: what happened, whose side, what to press. */
export type Side = 'yours' | 'access' | 'remote' | 'ours'

export interface FieldProblem {
  /** Where: `email`, `fields.url`, `steps[2].input.phone`. */
  place?: string | null
  step?: string | null
  field?: string | null
  code: string
  severity?: 'error' | 'warning'
  message: string
}

export interface ProblemBody {
  type?: string
  title?: string
  status?: number
  detail?: string
  code?: string
  side?: Side
  action?: { label: string; href: string | null } | null
  problems?: FieldProblem[]
  /** Of a draft conflict: who changed it meanwhile, and when. */
  by?: string
  at?: string
}

/** An answer of the server that is not a success, or none at all (status 0). */
export class ApiProblem extends Error {
  readonly status: number
  readonly body: ProblemBody
  /** Seconds that the server asks to wait, from Retry-After. */
  readonly retryAfter: number | null

  constructor(status: number, body: ProblemBody, retryAfter: number | null = null) {
    super(body.detail ?? body.title ?? `HTTP ${status}`)
    this.name = 'ApiProblem'
    this.status = status
    this.body = body
    this.retryAfter = retryAfter
  }

  get code(): string {
    return this.body.code ?? (this.status === 0 ? 'network' : `http_${this.status}`)
  }

  get isNetwork(): boolean {
    return this.status === 0
  }

  /** The message for a field of a form, if the server named one. */
  field(name: string): string | undefined {
    const at = this.body.problems?.find(
      ({ field, place }) => field === name || place === name || place?.endsWith(`.${name}`),
    )
    return at?.message
  }
}
