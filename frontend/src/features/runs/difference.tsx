import type { Attempt } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { parsedBody } from '@/lib/parsed-body'
import { DiffView } from '@/ui/diff-view'

/** A try as text: what was sent and what came back, without what differs each time anyway. */
const asText = (attempt: Attempt) =>
  JSON.stringify(
    attempt.exchanges.map(({ request, response }) => ({
      request: { method: request.method, url: request.url, body: parsedBody(request.body) },
      response: response && { status: response.status, body: parsedBody(response.body) },
    })),
    null,
    2,
  )

export default function Difference({ before, after }: { before: Attempt; after: Attempt }) {
  const t = useTexts(runsTexts)
  return <DiffView before={asText(before)} after={asText(after)} same={t.same} />
}
