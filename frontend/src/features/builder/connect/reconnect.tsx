import { Plug } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { Connection } from '@/api/connectors'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import type { ConnectorInfo } from '../data/types'

const ConnectDialog = lazy(() =>
  import('@/ui/connect/connect-dialog').then((m) => ({ default: m.ConnectDialog })),
)

/** Connects an account again, right where it stopped working. */
export function Reconnect(props: { connector: ConnectorInfo; connection: Connection }) {
  const { connector, connection } = props
  const t = useTexts(builderTexts).connect
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button
        size="sm"
        variant="primary"
        className="self-start"
        icon={<Plug className="size-4" />}
        onClick={() => setOpen(true)}
      >
        {t.again}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <ConnectDialog
            connector={{ ...connector, methods: connector.methods ?? [] }}
            connection={connection}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  )
}
