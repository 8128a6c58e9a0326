// Autosave: one request at a time, the newest document always wins its turn. It knows nothing of
// React; time and requests are given to it.
import { ApiProblem, type FieldProblem } from '@/api/problem'

export interface Saved {
  etag: string
  problems: FieldProblem[]
  /** Secrets that the server has just made. They are never told again. */
  generated_secrets?: { name: string; value: string }[]
}
export type SaveState =
  | { is: 'saved'; at: number }
  | { is: 'dirty' }
  | { is: 'saving' }
  | { is: 'offline' }
  | { is: 'failed'; error: ApiProblem | Error }
  /** Somebody else saved meanwhile; nothing is sent until this is decided. */
  | { is: 'conflict'; by: string; at: string }

export const SAVE_AFTER_MS = 600
const RETRY_MS = [2000, 5000, 15_000, 30_000]

export interface SaverOptions<T> {
  etag: string
  save: (doc: T, etag: string) => Promise<Saved>
  onState: (state: SaveState) => void
  onSaved: (saved: Saved, doc: T) => void
}

export class Saver<T> {
  private etag: string
  private next: T | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private busy: Promise<void> | null = null
  private failures = 0
  private conflict = false

  constructor(private readonly options: SaverOptions<T>) {
    this.etag = options.etag
  }

  /** Whether something is not on the server yet. */
  get pending(): boolean {
    return this.next !== undefined || this.busy !== null
  }

  put(doc: T): void {
    this.next = doc
    if (this.conflict) return
    if (!this.busy) this.options.onState({ is: 'dirty' })
    this.later(SAVE_AFTER_MS)
  }

  private later(ms: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.flush(), ms)
  }

  /** Saves what is left at once. Resolves when the server has it, or has refused it. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    // Whoever else has waited may have begun the next save by now.
    while (this.busy) await this.busy
    if (this.next === undefined || this.conflict) return
    this.busy = this.send(this.next).then(() => {
      this.busy = null
    })
    await this.busy
    if (this.next !== undefined && !this.conflict && this.failures === 0) await this.flush()
  }

  private async send(doc: T): Promise<void> {
    this.next = undefined
    this.options.onState({ is: 'saving' })
    try {
      const saved = await this.options.save(doc, this.etag)
      this.etag = saved.etag
      this.failures = 0
      this.options.onSaved(saved, doc)
      this.options.onState({ is: 'saved', at: Date.now() })
    } catch (error) {
      this.next ??= doc
      this.refused(error)
    }
  }

  private refused(error: unknown): void {
    if (error instanceof ApiProblem && error.status === 412) {
      this.conflict = true
      const { by = '', at = '' } = error.body
      this.options.onState({ is: 'conflict', by, at })
      return
    }
    const again = error instanceof ApiProblem && (error.isNetwork || error.status >= 500)
    this.options.onState(again ? { is: 'offline' } : { is: 'failed', error: error as Error })
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 30_000
    this.failures += 1
    if (again) this.later(wait)
  }

  /** Ends a conflict: with the other's document (nothing is left to save), or over it. */
  settle(etag: string, overwrite: T | null): void {
    this.etag = etag
    this.conflict = false
    this.failures = 0
    this.next = overwrite ?? undefined
    if (overwrite === null) this.options.onState({ is: 'saved', at: Date.now() })
    else this.later(0)
  }

  stop(): void {
    clearTimeout(this.timer)
  }
}
