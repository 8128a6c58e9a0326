import { Compass, TriangleAlert } from 'lucide-react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Empty, Loading } from '@/ui/states'

export const PendingScreen = () => (
  <div className="mx-auto w-full max-w-6xl px-4 pt-7 md:px-8">
    <Loading rows={6} />
  </div>
)

export function MissingScreen() {
  const t = useTexts(commonTexts)
  return <Empty icon={Compass} title={t.notFoundTitle} text={t.notFoundText} className="pt-24" />
}

export function CrashScreen() {
  const t = useTexts(commonTexts)
  return (
    <div role="alert">
      <Empty icon={TriangleAlert} title={t.crashTitle} text={t.crashText} className="pt-24">
        <Button variant="primary" onClick={() => location.reload()}>
          {t.reload}
        </Button>
      </Empty>
    </div>
  )
}
