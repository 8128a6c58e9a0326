import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FileUp, Plus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { templatesQuery } from '@/api/flows'
import { flowsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { Button, buttonClass } from '@/ui/button'
import { ErrorState, Loading } from '@/ui/states'
import { TemplateCard } from '@/ui/template-card'
import { useScratch } from './new-flow'

const ImportDialog = lazy(() => import('./import-dialog'))
const shownTemplates = 6

/** The first screen of an empty workspace: things that can be had in two minutes. */
export default function Start() {
  const t = useTexts(flowsTexts)
  const templates = useQuery(templatesQuery(useLang()))
  const scratch = useScratch()
  const [importing, setImporting] = useState(false)
  return (
    <section aria-labelledby="start-title">
      <h2 id="start-title" className="text-lg font-semibold">
        {t.emptyTitle}
      </h2>
      <p className="mt-0.5 mb-4 max-w-xl text-ink-soft">{t.emptyText}</p>
      {/* The buttons come with the cards above them: they must not move under the pointer. */}
      {templates.isPending ? (
        <Loading rows={6} />
      ) : (
        <>
          {templates.isError && (
            <ErrorState error={templates.error} onRetry={() => void templates.refetch()} />
          )}
          <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
            {templates.data?.slice(0, shownTemplates).map((template) => (
              <li key={template.id}>
                <TemplateCard template={template} steps={t.steps(template.steps.length)} />
              </li>
            ))}
          </ul>
          <div className="mt-5 flex flex-wrap gap-2">
            <Button
              icon={<Plus className="size-4" />}
              busy={scratch.busy}
              onClick={() => scratch.save()}
            >
              {t.fromScratch}
            </Button>
            <Button icon={<FileUp className="size-4" />} onClick={() => setImporting(true)}>
              {t.importFile}
            </Button>
            <Link to="/templates" className={buttonClass('quiet')}>
              {t.allTemplates}
            </Link>
          </div>
        </>
      )}
      {importing && (
        <Suspense fallback={null}>
          <ImportDialog onClose={() => setImporting(false)} />
        </Suspense>
      )}
    </section>
  )
}
