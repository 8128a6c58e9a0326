// Sign-in at the service in a window of its own. The window says that it is done by a message; where
// it cannot, the server is asked every two seconds.
import { api } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import type { ConnectionInfo } from '../data/types'

interface Started {
  authorize_url: string
  state: string
}
interface Progress {
  state: 'waiting' | 'done' | 'failed'
  connection?: ConnectionInfo
  error?: string
}

const POLL_MS = 2000
const LIMIT_MS = 10 * 60_000

export async function oauth(body: unknown): Promise<ConnectionInfo> {
  // Opened at once, by the press itself: browsers block windows that come later.
  const popup = window.open('', 'zveno-oauth', 'popup,width=560,height=720')
  try {
    const started = await api.post<Started>('/connections/oauth/start', { body })
    if (popup) popup.location.href = started.authorize_url
    else window.location.assign(started.authorize_url)
    return await finished(started.state)
  } catch (error) {
    popup?.close()
    throw error
  }
}

async function finished(state: string): Promise<ConnectionInfo> {
  const end = Date.now() + LIMIT_MS
  let wake: () => void = () => {}
  const onMessage = (event: MessageEvent) => {
    if (event.origin === location.origin) wake()
  }
  addEventListener('message', onMessage)
  try {
    while (Date.now() < end) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      const now = await api.get<Progress>(`/connections/oauth/${encodeURIComponent(state)}`)
      if (now.connection) return now.connection
      if (now.state === 'failed') throw new ApiProblem(422, { detail: now.error })
    }
    throw new ApiProblem(408, {})
  } finally {
    removeEventListener('message', onMessage)
  }
}
