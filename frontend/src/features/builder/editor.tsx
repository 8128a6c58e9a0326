import { useQuery } from '@tanstack/react-query'
import { MousePointerClick } from 'lucide-react'
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { clock } from '@/lib/format'
import { Splitter } from '@/ui/splitter'
import { Empty } from '@/ui/states'
import { samplesQuery } from './data/queries'
import { useRunSample } from './data/run-sample'
import { DockSlot } from './panel/frame'
import { Panel } from './panel/panel'
import { useBuilder } from './store/state'
import { Tree } from './tree/tree'
import { isSample } from './trigger/arrivals'

const KeysDialog = lazy(() => import('./top/keys-dialog').then((m) => ({ default: m.KeysDialog })))

function media(query: string) {
  const list = matchMedia(query)
  const subscribe = (listener: () => void) => {
    list.addEventListener('change', listener)
    return () => list.removeEventListener('change', listener)
  }
  return () => useSyncExternalStore(subscribe, () => list.matches)
}
/** Room for the tree and the panel side by side. */
const useWide = media('(min-width: 56.25rem)')
/** Room for the data between them. */
const useVeryWide = media('(min-width: 93.75rem)')

/** The tree and the panel beside it; on a small screen the panel covers the tree. */
export function Editor({ run }: { run: string | undefined }) {
  const t = useTexts(builderTexts).steps
  const lang = useLang()
  const isWide = useWide()
  const veryWide = useVeryWide()
  const [slot, setSlot] = useState<HTMLElement | null>(null)
  const selected = useBuilder((s) => s.selected)
  const flow = useBuilder((s) => s.flow.id)
  const sample = useBuilder((s) => s.sample)
  const samples = useQuery(samplesQuery(flow)).data ?? []
  const chosen = samples.find((s) => s.id === sample) ?? samples.find(isSample)
  const [keys, setKeys] = useState(false)
  useRunSample(run)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const inField = (event.target as HTMLElement).closest?.(
        'input, textarea, [contenteditable=true]',
      )
      if (event.key === '?' && !inField) setKeys(true)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  const tree = (
    <div className="flex h-full">
      <div className="h-full min-w-0 grow overflow-auto bg-bg">
        <Tree sampleAt={chosen ? `${t.state.sample}: ${clock(lang, chosen.received_at)}` : null} />
      </div>
      {veryWide && <div ref={setSlot} className="h-full shrink-0" />}
    </div>
  )
  return (
    <div className="relative h-full">
      {isWide ? (
        <Splitter
          name="builder"
          width={460}
          min={360}
          max={900}
          left={tree}
          right={
            selected ? (
              <DockSlot value={veryWide ? slot : null}>
                <Panel />
              </DockSlot>
            ) : (
              <div className="grid h-full place-items-center bg-surface">
                <Empty icon={MousePointerClick} title={t.panel.pick} text={t.panel.pickText} />
              </div>
            )
          }
        />
      ) : (
        <>
          {tree}
          {selected && (
            <div className="fixed inset-0 z-[35]">
              <Panel />
            </div>
          )}
        </>
      )}
      {keys && (
        <Suspense fallback={null}>
          <KeysDialog onClose={() => setKeys(false)} />
        </Suspense>
      )}
    </div>
  )
}
