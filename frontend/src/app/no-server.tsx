import { Suspense } from 'react'
import { ErrorState } from '@/ui/states'

/** In place of everything, when the server does not even say who is signed in. */
export const NoServer = ({ error }: { error: unknown }) => (
  <Suspense fallback={null}>
    <main className="pt-[20vh]">
      <ErrorState error={error} onRetry={() => location.reload()} />
    </main>
  </Suspense>
)
