import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'

/** Where the product and its services are. */
export interface Info {
  base: string
  setup: string
  portal: { host: string; user: number; code: string }
  mail: {
    host: string
    port: number
    security: string
    user: string
    password: string
    from: string
  }
  webhook: { url: string; secret: string }
  bot: { token: string }
}

/** What the services got. */
export interface Effects {
  leads: { id: number; fields: Record<string, unknown>; contacts: string[] }[]
  letters: { to: string[]; subject: string; text: string }[]
  webhooks: { signed: boolean; taken: boolean; body: { type: string; data: unknown } }[]
}

/** The product with the services around it, in processes of its own. */
export class Stage {
  /** One question after the other: the answers have no names. */
  private last: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    readonly info: Info,
  ) {}

  /** `publicUrl`: where browsers and senders find it, if that is not where it listens. */
  static async start(publicUrl?: string): Promise<Stage> {
    const program = process.env.ZVENO_STAGE
    if (!program) throw new Error('run `cargo xtask browser`')
    const child = spawn(program, publicUrl ? [publicUrl] : [], { stdio: ['pipe', 'pipe', 'inherit'] })
    const reader: Interface = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const lines = reader[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done) throw new Error('the stage did not start')
    return new Stage(child, lines, JSON.parse(first.value))
  }

  /** Says something to the stage, and takes what it says. */
  ask<T>(command: object): Promise<T> {
    const answer = this.last.then(async () => {
      this.child.stdin?.write(`${JSON.stringify(command)}\n`)
      return JSON.parse((await this.lines.next()).value) as T
    })
    this.last = answer
    return answer
  }

  effects(): Promise<Effects> {
    return this.ask<Effects>({ do: 'effects' })
  }

  async end(): Promise<void> {
    const ended = new Promise((done) => this.child.once('exit', done))
    this.child.stdin?.end()
    await ended
  }
}
