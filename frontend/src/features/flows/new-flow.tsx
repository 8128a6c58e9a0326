import { useNavigate } from '@tanstack/react-router'
import { FileUp, LayoutTemplate, Plus, Workflow } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { createFlow } from '@/api/flows'
import { flowsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { MenuButton } from '@/ui/menu'

const ImportDialog = lazy(() => import('./import-dialog'))

/** Makes an empty flow and opens it. */
export function useScratch() {
  const t = useTexts(flowsTexts)
  const navigate = useNavigate()
  return useSave({
    run: () => createFlow({ name: t.untitled }),
    stale: [['flows']],
    onDone: (flow) =>
      void navigate({ to: '/flows/$id', params: { id: flow.id }, search: { step: 'trigger' } }),
  })
}

/** The ways to begin a flow. */
export function NewFlow() {
  const t = useTexts(flowsTexts)
  const navigate = useNavigate()
  const scratch = useScratch()
  const [importing, setImporting] = useState(false)
  return (
    <>
      <MenuButton
        variant="primary"
        icon={<Plus className="size-4" />}
        busy={scratch.busy}
        items={() => [
          {
            label: t.fromTemplate,
            icon: <LayoutTemplate />,
            onSelect: () => void navigate({ to: '/templates' }),
          },
          { label: t.fromScratch, icon: <Workflow />, onSelect: () => scratch.save() },
          { label: t.importFile, icon: <FileUp />, onSelect: () => setImporting(true) },
        ]}
      >
        {t.newFlow}
      </MenuButton>
      {importing && (
        <Suspense fallback={null}>
          <ImportDialog onClose={() => setImporting(false)} />
        </Suspense>
      )}
    </>
  )
}
