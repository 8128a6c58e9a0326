import { StrictMode, Suspense, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { api } from '@/api/client'
import { accessTexts, commonTexts } from '@/i18n/catalogue'
import { basePath } from '@/lib/base'
import { Invitation } from './invitation'
import { Login } from './login'
import { Setup } from './setup'

/** Which of the pages before the sign-in is wanted. */
export function pageOf(path: string): { page: 'login' | 'setup' | 'invite'; token: string } {
  const [first = '', second = ''] = path.split('/')
  const page = first === 'setup' || first === 'invite' ? first : 'login'
  return { page, token: decodeURIComponent(second) }
}

function Access() {
  const { page, token } = pageOf(location.pathname.slice(basePath.length))
  const [fresh, setFresh] = useState<boolean | null>(page === 'login' ? null : page === 'setup')
  useEffect(() => {
    if (page !== 'login') return
    // A server without a user has nobody to sign in.
    api
      .get<{ needed: boolean }>('/setup')
      .then((answer) => setFresh(answer.needed))
      .catch(() => setFresh(false))
  }, [page])
  if (page === 'invite') return <Invitation token={token} />
  if (fresh === null) return null
  return fresh ? <Setup /> : <Login />
}

export async function start(element: HTMLElement): Promise<void> {
  await Promise.all([commonTexts.load(), accessTexts.load()])
  createRoot(element).render(
    <StrictMode>
      <Suspense fallback={null}>
        <Access />
      </Suspense>
    </StrictMode>,
  )
}
