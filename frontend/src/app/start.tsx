import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { setWorkspace, whenSignedOut } from '@/api/client'
import { ApiProblem } from '@/api/problem'
import { queryClient } from '@/api/query'
import { meQuery } from '@/api/session'
import { commonTexts, shellTexts } from '@/i18n/catalogue'
import { currentLang, setLang } from '@/i18n/lang'
import { basePath, pageUrl } from '@/lib/base'
import { readStored } from '@/lib/stored'
import { setTheme } from '@/lib/theme'
import { NoServer } from './no-server'
import { router } from './router'

/** To the sign-in page, and from there back here. */
function signIn(): void {
  const here = location.pathname.slice(basePath.length) + location.search
  const next = here ? `?next=${encodeURIComponent(here)}` : ''
  location.replace(pageUrl(`login${next}`))
}

async function whoAmI(): Promise<boolean> {
  const me = await queryClient.ensureQueryData(meQuery)
  setWorkspace(me.workspace.id)
  // What was chosen in this browser wins over what another browser left with the account.
  if (readStored('lang') === null && me.user.language !== currentLang()) setLang(me.user.language)
  if (readStored('theme') === null && me.user.theme) setTheme(me.user.theme)
  return true
}

export async function start(element: HTMLElement): Promise<void> {
  whenSignedOut(signIn)
  const root = createRoot(element)
  const texts = Promise.all([commonTexts.load(), shellTexts.load()])
  try {
    await whoAmI()
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return
    await texts
    root.render(<NoServer error={error} />)
    return
  }
  // The account may have changed the language meanwhile.
  await Promise.all([commonTexts.load(), shellTexts.load()])
  root.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Suspense fallback={null}>
          <RouterProvider router={router} />
        </Suspense>
      </QueryClientProvider>
    </StrictMode>,
  )
}
