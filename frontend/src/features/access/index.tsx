import { StrictMode, Suspense, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { api } from '@/api/client'
import { accessTexts, commonTexts } from '@/i18n/catalogue'
import { basePath } from '@/lib/base'
import { Invitation } from './invitation'
import { Login } from './login'
import { Setup } from './setup'

/** Which of the pages before the sign-in is wanted. */
export function pageOf(path: string): 'login' | 'setup' | 'invite' {
  const first = path.split('/')[0]
  return first === 'setup' || first === 'invite' ? first : 'login'
}

/** What a link carries after the hash, where no log of a server sees it. */
const tokenOf = (hash: string) => new URLSearchParams(hash.slice(1)).get('token') ?? ''

function Access() {
  const page = pageOf(location.pathname.slice(basePath.length))
  const [fresh, setFresh] = useState<boolean | null>(page === 'login' ? null : page === 'setup')
  useEffect(() => {
    if (page !== 'login') return
    // A server without a user has nobody to sign in.
    api
      .get<{ needed: boolean }>('/setup')
      .then((answer) => setFresh(answer.needed))
      .catch(() => setFresh(false))
  }, [page])
  if (page === 'invite') return <Invitation token={tokenOf(location.hash)} />
  if (fresh === null) return null
  return fresh ? <Setup token={tokenOf(location.hash)} /> : <Login />
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
