import { Power } from 'lucide-react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { useBuilder, useStore } from '../store/state'
import { usePublish } from './use-publish'

/** Turns the flow on from the panel of its last step: on a phone the panel covers the button above. */
export function TurnOn() {
  const t = useTexts(builderTexts).publish
  const store = useStore()
  const ready = useBuilder((s) => s.problems.errors === 0)
  const { busy, publish } = usePublish()
  if (!ready) return <span />
  return (
    <Button
      variant="primary"
      className="md:hidden"
      busy={busy}
      icon={<Power className="size-4" />}
      // What is told then, about events that wait, stands behind the panel.
      onClick={() => void publish().then((done) => done && store.select(null))}
    >
      {t.enable}
    </Button>
  )
}
