import { Link } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useMe } from '@/api/session'
import { shellTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { Logo } from '@/ui/logo'
import { AccountMenu } from './account-menu'
import { navigation, type Section } from './nav'

const keyOfPalette = /Mac|iP(hone|ad)/.test(navigator.platform) ? '⌘K' : 'Ctrl K'

export function Sidebar({ active, onPalette }: { active?: Section; onPalette: () => void }) {
  const t = useTexts(shellTexts)
  const me = useMe()
  return (
    <div className="sticky top-0 hidden h-dvh w-58 shrink-0 flex-col border-r border-line bg-surface px-3 py-4 md:flex">
      <Link to="/" className="mb-4 flex items-center gap-2.5 rounded-lg px-1.5">
        <Logo />
        <span className="min-w-0">
          <span className="block text-[0.9375rem] leading-5 font-semibold">{t.brand}</span>
          <span className="block truncate text-xs text-ink-faint">{me.workspace.name}</span>
        </span>
      </Link>
      <button
        type="button"
        onClick={onPalette}
        className="mb-3 flex h-9 items-center gap-2 rounded-lg border border-line bg-bg px-2.5 text-ink-faint hover:border-line-strong"
      >
        <Search className="size-4" />
        <span className="grow text-left">{t.palette}</span>
        <kbd className="font-sans text-xs">{keyOfPalette}</kbd>
      </button>
      <nav aria-label={t.nav.main} className="flex grow flex-col gap-0.5">
        {navigation.map((entry) => {
          const here = entry.id === active
          return (
            <Link
              key={entry.id}
              to={entry.to}
              aria-current={here ? 'page' : undefined}
              className={cx(
                'flex h-9 items-center gap-2.5 rounded-lg px-2.5',
                entry.id === 'settings' && 'mt-auto',
                here
                  ? 'bg-accent-soft font-medium text-accent'
                  : 'text-ink-soft hover:bg-hover hover:text-ink',
              )}
            >
              <entry.icon className="size-4.5" strokeWidth={here ? 2.2 : 1.8} />
              {t.nav[entry.id]}
            </Link>
          )
        })}
      </nav>
      <div className="mt-2 border-t border-line pt-2">
        <AccountMenu wide />
      </div>
    </div>
  )
}
