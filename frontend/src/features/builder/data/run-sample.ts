// A run's data as the sample: "open in the editor with this data".
import { useEffect } from 'react'
import { api } from '@/api/client'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { useStore } from '../store/state'

interface RunHead {
  event?: { delivery: string } | null
}

export function useRunSample(run: string | undefined): void {
  const store = useStore()
  const errorText = useErrorText()
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for a run
  useEffect(() => {
    if (!run) return
    const take = async () => {
      const head = await api.get<RunHead>(`/runs/${run}`)
      // A delivery is a sample by its id.
      if (head.event) store.set({ sample: head.event.delivery })
    }
    take().catch((error) => toast(errorText(error), 'bad'))
  }, [run])
}
