import { Outlet, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { shellTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Toasts } from '@/ui/toast'
import { Connection } from './connection'
import { isActive, navigation } from './nav'
import { PhoneBar, PhoneNav } from './phone-nav'
import { PendingScreen } from './screens'
import { Sidebar } from './sidebar'

const Palette = lazy(() => import('./palette'))

/** Everything around a screen. */
export function Shell() {
  const t = useTexts(shellTexts)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const active = navigation.find((entry) => isActive(entry, path))?.id
  const [palette, setPalette] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.code === 'KeyK') {
        event.preventDefault()
        setPalette(true)
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <button
        type="button"
        onClick={() => document.getElementById('content')?.focus()}
        className="sr-only z-50 rounded-lg bg-accent px-4 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t.skip}
      </button>
      <Sidebar active={active} onPalette={() => setPalette(true)} />
      <PhoneBar onPalette={() => setPalette(true)} />
      <main
        id="content"
        tabIndex={-1}
        className="flex min-w-0 grow flex-col pb-16 outline-none md:pb-0"
      >
        <Connection />
        <Suspense fallback={<PendingScreen />}>
          <Outlet />
        </Suspense>
      </main>
      <PhoneNav active={active} />
      <Toasts />
      {palette && (
        <Suspense fallback={null}>
          <Palette onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </div>
  )
}
