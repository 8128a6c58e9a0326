import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connect, Plugin } from 'vite'
import { accessRoutes, signedIn } from './access'
import { builderRoutes } from './builder'
import { connectionRoutes } from './connections'
import { connectorRoutes } from './connectors'
import { eventRoutes } from './events'
import { flowRoutes } from './flows'
import { type Call, Fault, type Route } from './route'
import { newRun, runRoutes } from './runs'
import { settingsRoutes } from './settings'
import { subscriberRoutes } from './subscribers'

const routes: Route[] = [
  ...builderRoutes,
  ...accessRoutes,
  ...flowRoutes,
  ...runRoutes,
  ...eventRoutes,
  ...connectorRoutes,
  ...connectionRoutes,
  ...settingsRoutes,
  ...subscriberRoutes,
]

const readBody = (request: IncomingMessage) =>
  new Promise<unknown>((resolve) => {
    let text = ''
    request.on('data', (part) => {
      text += part
    })
    request.on('end', () => resolve(text ? JSON.parse(text) : undefined))
  })

function send(response: ServerResponse, status: number, body: unknown, type = 'application/json') {
  response.statusCode = status
  response.setHeader('content-type', type)
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

function stream(request: IncomingMessage, response: ServerResponse) {
  response.setHeader('content-type', 'text/event-stream')
  response.write(': hello\n\n')
  let id = 0
  const timer = setInterval(() => {
    id += 1
    response.write(`id: ${id}\nevent: run\ndata: ${JSON.stringify(newRun())}\n\n`)
  }, 3000)
  request.on('close', () => clearInterval(timer))
}

async function answer(request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://x')
  const path = url.pathname.replace(/^.*\/api\/v1/, '')
  if (path === '/stream') return stream(request, response)
  const call: Omit<Call, 'params'> = {
    query: url.searchParams,
    body: (await readBody(request)) as Call['body'],
    lang: request.headers['accept-language']?.startsWith('ru') ? 'ru' : 'en',
  }
  const open = /^\/(setup|session|invitations\/by-token)/.test(path)
  if (!open && !signedIn()) return send(response, 401, { code: 'signed_out', status: 401 })
  for (const [method, pattern, handle] of routes) {
    const match = method === request.method && pattern.exec(path)
    if (!match) continue
    try {
      const body = handle({ ...call, params: match.slice(1).map(decodeURIComponent) })
      return send(response, body === undefined ? 204 : 200, body)
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault
      if (fault.status === 599) continue
      const problem = { status: fault.status, side: 'yours', ...fault.body }
      return send(response, fault.status, problem, 'application/problem+json')
    }
  }
  const body = { status: 404, code: 'not_found', title: `no fake for ${request.method} ${path}` }
  return send(response, 404, body, 'application/problem+json')
}

/** Answers of the API, in front of sources (`dev:fake`) or of the built files (`budgets`). */
export const fakeApi = (): Plugin => {
  const serve = ({ middlewares }: { middlewares: Connect.Server }) => {
    middlewares.use((request, response, next) => {
      if (!request.url?.includes('/api/v1')) return next()
      answer(request, response).catch(next)
    })
  }
  return { name: 'fake-api', configureServer: serve, configurePreviewServer: serve }
}
