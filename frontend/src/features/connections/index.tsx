import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Page } from '@/ui/page'

export function ConnectionsScreen() {
  const t = useTexts(commonTexts)
  return <Page title={t.loading}>{null}</Page>
}
