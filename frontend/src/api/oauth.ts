import { queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type { Connection } from './connectors'
import { ApiProblem } from './problem'

/** What is to be connected: a new connection of a connector, or one that is there again. */
export interface OauthOrder {
  connector?: string
  connection?: string
  method?: string
  name?: string
  fields?: Record<string, unknown>
}

export interface OauthStarted {
  authorize_url: string
  state: string
}

export interface OauthProgress {
  state: 'waiting' | 'done' | 'failed'
  connection?: Connection | null
  error?: string | null
}

/** The server's application at a service. */
export interface OauthApp {
  /** What has to be set; nothing where the service needs no application. */
  fields: string[]
  /** What of it is set. */
  set: string[]
  /** To be entered at the service. */
  redirect_uri: string
}

export const oauthAppQuery = (connector: string) =>
  queryOptions({
    queryKey: ['connectors', 'app', connector],
    queryFn: ({ signal }) => api.get<OauthApp>(`/connectors/${connector}/app`, { signal }),
  })

const pollMs = 2_000
const mostMs = 10 * 60_000

/** Resolves after a while, or as soon as a window of our own origin sends a message. */
function messageOr(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('message', onMessage)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const onMessage = (event: MessageEvent) => event.origin === location.origin && end()
    const timer = setTimeout(end, ms)
    addEventListener('message', onMessage)
    signal.addEventListener('abort', end)
  })
}

/**
 * Signs in at a service in a window of its own. That window tells us when it is done; where it
 * cannot, the server is asked every two seconds. Call it from a press: browsers stop other windows.
 * `onUrl` gets the address for those whose browser stopped this one too.
 */
export async function oauth(
  order: OauthOrder,
  signal: AbortSignal,
  onUrl: (url: string) => void,
): Promise<Connection> {
  const popup = window.open('', 'zveno-oauth', 'popup,width=560,height=720')
  try {
    const started = await api.post<OauthStarted>('/connections/oauth/start', {
      body: order,
      signal,
    })
    onUrl(started.authorize_url)
    if (popup) popup.location.href = started.authorize_url
    for (const end = Date.now() + mostMs; Date.now() < end; ) {
      await messageOr(pollMs, signal)
      signal.throwIfAborted()
      const path = `/connections/oauth/${encodeURIComponent(started.state)}`
      const now = await api.get<OauthProgress>(path, { signal })
      if (now.connection) return now.connection
      if (now.state === 'failed') throw new ApiProblem(422, { detail: now.error ?? undefined })
    }
    throw new ApiProblem(408, {})
  } catch (error) {
    popup?.close()
    throw error
  }
}
