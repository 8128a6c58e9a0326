import { useEffect, useRef } from 'react'
import { apiUrl } from '@/lib/base'
import { external } from '@/lib/external'
import { withQuery, workspace } from './client'

/** How news reaches the page at this moment. */
export type LiveState = 'idle' | 'live' | 'polling' | 'offline'
export const liveState = external<LiveState>('idle')

/** Names of what the stream tells about. `reset` means: news may be lost, ask again. */
export type LiveKind = 'delivery' | 'event' | 'run' | 'replay' | 'reset'
export interface LiveNews {
  kind: LiveKind
  id: string
  data: unknown
}

interface Listener {
  topics: string[]
  onNews: (news: LiveNews[]) => void
}

/** News are handed over in heaps, so that a storm costs at most this many paints a second. */
const paintsPerSecond = 4
const pollEveryMs = 5_000
const reopenEveryMs = 10_000

const kinds: LiveKind[] = ['delivery', 'event', 'run', 'replay', 'reset']
const listeners = new Set<Listener>()
const heap: LiveNews[] = []
let source: EventSource | null = null
let openedFor = ''
let lastId = ''
let flushTimer: ReturnType<typeof setTimeout> | undefined
let pollTimer: ReturnType<typeof setInterval> | undefined
let reopenTimer: ReturnType<typeof setTimeout> | undefined

function flush(): void {
  flushTimer = undefined
  const news = heap.splice(0)
  if (news.length > 0) for (const listener of [...listeners]) listener.onNews(news)
}

function hand(news: LiveNews): void {
  heap.push(news)
  if (flushTimer === undefined) flushTimer = setTimeout(flush, 1000 / paintsPerSecond)
}

function reset(): void {
  hand({ kind: 'reset', id: '', data: null })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function startPolling(): void {
  liveState.set(navigator.onLine ? 'polling' : 'offline')
  pollTimer ??= setInterval(reset, pollEveryMs)
}

function stopPolling(): void {
  clearInterval(pollTimer)
  pollTimer = undefined
}

function close(): void {
  source?.close()
  source = null
  openedFor = ''
  clearTimeout(reopenTimer)
}

function open(topics: string): void {
  close()
  openedFor = topics
  // Opened for other topics: the server goes on behind the last id that was seen.
  const query = { topics, workspace: workspace.get(), last_event_id: lastId }
  const stream = new EventSource(apiUrl(withQuery('/stream', query)))
  source = stream
  // A place to go on from tells whatever came after it. Without one, what a screen has asked for
  // may be older than the stream; and what happened while it was cut may not be replayed to us.
  let known = lastId !== ''
  stream.onopen = () => {
    stopPolling()
    liveState.set('live')
    if (!known) reset()
    known = false
  }
  stream.onerror = () => {
    startPolling()
    // A closed stream (an answer that is no stream) is not tried again by the browser.
    if (stream.readyState === EventSource.CLOSED && source === stream)
      reopenTimer = setTimeout(() => open(topics), reopenEveryMs)
  }
  stream.addEventListener('here', (message) => {
    lastId = message.lastEventId || lastId
  })
  for (const kind of kinds) {
    stream.addEventListener(kind, (message) => {
      lastId = message.lastEventId || lastId
      hand({ kind, id: message.lastEventId, data: parsed(message.data) })
    })
  }
}

/** One stream for the whole tab, with the topics that screens want at this moment. */
function settle(): void {
  const topics = [...new Set([...listeners].flatMap((each) => each.topics))].sort().join(',')
  if (topics === openedFor) return
  if (topics === '') {
    close()
    stopPolling()
    liveState.set('idle')
  } else open(topics)
}

/** Follows topics (`runs`, `deliveries`, `run:ID`, `flow:ID`, `replays`) while mounted. */
export function useLive(topics: string[], onNews: (news: LiveNews[]) => void): void {
  const latest = useRef(onNews)
  useEffect(() => {
    latest.current = onNews
  })
  const wanted = topics.join(',')
  useEffect(() => {
    if (wanted === '') return
    const listener: Listener = {
      topics: wanted.split(','),
      onNews: (news) => latest.current(news),
    }
    listeners.add(listener)
    // After the render, so that a change of screens opens one stream and not two.
    const timer = setTimeout(settle)
    return () => {
      clearTimeout(timer)
      listeners.delete(listener)
      setTimeout(settle)
    }
  }, [wanted])
}
