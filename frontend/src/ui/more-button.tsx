import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from './button'

/** Asks for the next page of a list, where there is one. */
export function MoreButton(props: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }
  className?: string
}) {
  const { list } = props
  const t = useTexts(commonTexts)
  if (!list.hasNextPage) return null
  return (
    <Button
      className={props.className}
      busy={list.isFetchingNextPage}
      onClick={() => void list.fetchNextPage()}
    >
      {t.loadMore}
    </Button>
  )
}
