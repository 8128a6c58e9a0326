import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Page } from '@/ui/page'

/** The editor of one flow. */
export function BuilderScreen() {
  const t = useTexts(builderTexts)
  return <Page title={t.title}>{null}</Page>
}
