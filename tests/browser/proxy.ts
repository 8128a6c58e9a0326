import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A reverse proxy that serves one server below a path, and nothing beside that path. */
export class Proxy {
  /** What was asked for beside the path. */
  readonly strays: string[] = []
  /** Where the server listens. */
  target = ''
  private server!: Server

  constructor(private readonly path: string) {}

  async listen(): Promise<this> {
    this.server = createServer((asked, answer) => {
      const url = asked.url ?? ''
      if (!url.startsWith(`${this.path}/`)) {
        this.strays.push(url)
        answer.writeHead(404).end()
        return
      }
      const onward = request(
        this.target + url.slice(this.path.length),
        { method: asked.method, headers: asked.headers },
        (got) => {
          answer.writeHead(got.statusCode ?? 502, got.headers)
          got.pipe(answer)
        },
      )
      onward.on('error', () => answer.destroy())
      // A stream of events ends with its reader.
      answer.on('close', () => onward.destroy())
      asked.pipe(onward)
    })
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done))
    return this
  }

  /** The address that browsers and senders use. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.path}`
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done))
    this.server.closeAllConnections()
    await closed
  }
}
