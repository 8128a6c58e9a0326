import { useState } from 'react'
import { api } from '@/api/client'
import type { Subscriber } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { toast } from '@/ui/toast'

const stale = [['subscribers']]

/** What is done to a subscriber at once, without a dialog. */
export function useActions(subscriber: Subscriber) {
  const t = useTexts(subscribersTexts)
  const path = `/subscribers/${subscriber.id}`
  const [secret, setSecret] = useState<string | null>(null)
  const pause = useSave({ run: () => api.post(`${path}/pause`), stale, said: t.pausedDone })
  const resume = useSave({
    run: () => api.post<{ released: number }>(`${path}/resume`),
    stale,
    onDone: (answer) => toast(t.resumedDone(answer.released)),
  })
  const show = useSave({
    run: () => api.get<{ secret: string }>(`${path}/secret`),
    onDone: (answer) => setSecret(answer.secret),
  })
  return { pause, resume, show, secret, hideSecret: () => setSecret(null) }
}
