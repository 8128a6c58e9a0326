import { Link, useNavigate } from '@tanstack/react-router'
import { Ellipsis, Search } from 'lucide-react'
import { shellTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { IconButton } from '@/ui/button'
import { Logo } from '@/ui/logo'
import { MenuButton } from '@/ui/menu'
import { AccountMenu } from './account-menu'
import { navigation, type Section } from './nav'

/** Sections with a place of their own at the bottom of a phone; the rest are behind "More". */
const first: Section[] = ['flows', 'runs', 'events', 'connections']

export function PhoneBar({ onPalette }: { onPalette: () => void }) {
  const t = useTexts(shellTexts)
  return (
    <header className="flex h-13 items-center gap-2 border-b border-line bg-surface px-3 md:hidden">
      <Link to="/" className="flex items-center gap-2 rounded-lg">
        <Logo className="size-7" />
        <span className="font-semibold">{t.brand}</span>
      </Link>
      <span className="grow" />
      <IconButton label={t.palette} onClick={onPalette}>
        <Search className="size-4.5" />
      </IconButton>
      <AccountMenu />
    </header>
  )
}

const itemClass = (here: boolean) =>
  cx(
    'flex flex-auto flex-col items-center justify-center gap-0.5 rounded-none border-0 px-1 text-[0.65625rem] tracking-tight',
    here ? 'font-medium text-accent' : 'font-normal text-ink-soft',
  )

export function PhoneNav({ active }: { active?: Section }) {
  const t = useTexts(shellTexts)
  const navigate = useNavigate()
  const rest = navigation.filter((entry) => !first.includes(entry.id))
  const restHere = rest.some((entry) => entry.id === active)
  return (
    <nav
      aria-label={t.nav.main}
      className="fixed inset-x-0 bottom-0 z-30 flex h-15 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {navigation
        .filter((entry) => first.includes(entry.id))
        .map((entry) => (
          <Link
            key={entry.id}
            to={entry.to}
            aria-current={entry.id === active ? 'page' : undefined}
            className={itemClass(entry.id === active)}
          >
            <entry.icon className="size-5" />
            <span className="max-w-full truncate">{t.nav[entry.id]}</span>
          </Link>
        ))}
      <MenuButton
        variant="quiet"
        className={cx(itemClass(restHere), 'h-full gap-0.5!')}
        items={() =>
          rest.map((entry) => ({
            label: t.nav[entry.id],
            icon: <entry.icon />,
            onSelect: () => void navigate({ to: entry.to }),
          }))
        }
      >
        <Ellipsis className="size-5" />
        <span>{t.nav.more}</span>
      </MenuButton>
    </nav>
  )
}
