import { api } from './client'
import type { Connection, NewConnection } from './connectors'
import { ApiProblem } from './problem'

interface Started {
  authorize_url: string
  state: string
}

interface Progress {
  state: 'waiting' | 'done' | 'failed'
  connection?: Connection
  error?: string
}

const pollMs = 2_000
const mostMs = 10 * 60_000

/** Resolves after a while, or as soon as a window of our own origin sends a message. */
function messageOr(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('message', onMessage)
      resolve()
    }
    const onMessage = (event: MessageEvent) => event.origin === location.origin && end()
    const timer = setTimeout(end, ms)
    addEventListener('message', onMessage)
  })
}

/**
 * Signs in at a service in a window of its own. That window tells us when it is done; where it
 * cannot, the server is asked every two seconds. Call it from a press: browsers stop other windows.
 */
export async function oauth(order: NewConnection): Promise<Connection> {
  const popup = window.open('', 'zveno-oauth', 'popup,width=560,height=720')
  try {
    const started = await api.post<Started>('/connections/oauth/start', { body: order })
    if (popup) popup.location.href = started.authorize_url
    else location.assign(started.authorize_url)
    for (const end = Date.now() + mostMs; Date.now() < end; ) {
      await messageOr(pollMs)
      const now = await api.get<Progress>(`/connections/oauth/${encodeURIComponent(started.state)}`)
      if (now.connection) return now.connection
      if (now.state === 'failed') throw new ApiProblem(422, { detail: now.error })
    }
    throw new ApiProblem(408, {})
  } catch (error) {
    popup?.close()
    throw error
  }
}
