import { useNavigate } from '@tanstack/react-router'
import { LogOut, UserRound } from 'lucide-react'
import { api, setWorkspace } from '@/api/client'
import { useMe } from '@/api/session'
import { shellTexts } from '@/i18n/catalogue'
import { type Lang, langs, setLang, useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { pageUrl } from '@/lib/base'
import { setTheme, type Theme, useTheme } from '@/lib/theme'
import { MenuButton, type MenuItem } from '@/ui/menu'

const themes: Theme[] = ['system', 'light', 'dark']

async function signOut() {
  await api.delete('/session').catch(() => {})
  location.assign(pageUrl('login'))
}

/** The choices of the person: workspace, language, theme, leaving. */
export function AccountMenu({ wide = false }: { wide?: boolean }) {
  const t = useTexts(shellTexts)
  const me = useMe()
  const lang = useLang()
  const theme = useTheme()
  const navigate = useNavigate()
  const remember = (change: { language?: Lang; theme?: Theme }) =>
    void api.patch('/me', { body: change }).catch(() => {})

  const items = (): MenuItem[] => [
    ...(me.workspaces.length > 1
      ? [
          { heading: t.workspace },
          ...me.workspaces.map((each) => ({
            label: each.name,
            checked: each.id === me.workspace.id,
            onSelect: () => {
              setWorkspace(each.id)
              location.assign(pageUrl(''))
            },
          })),
        ]
      : []),
    { heading: t.language },
    ...langs.map((each) => ({
      label: t.languageName[each],
      checked: each === lang,
      onSelect: () => {
        setLang(each)
        remember({ language: each })
      },
    })),
    { heading: t.theme },
    ...themes.map((each) => ({
      label: t.themeName[each],
      checked: each === theme,
      onSelect: () => {
        setTheme(each)
        remember({ theme: each })
      },
    })),
    'rule',
    {
      label: t.profile,
      icon: <UserRound />,
      onSelect: () => void navigate({ to: '/settings/$tab', params: { tab: 'profile' } }),
    },
    { label: t.signOut, icon: <LogOut />, onSelect: () => void signOut() },
  ]

  return (
    <MenuButton
      variant="quiet"
      aria-label={wide ? undefined : t.account}
      className={wide ? 'h-11 w-full justify-start px-1.5' : 'px-1'}
      align={wide ? 'start' : 'end'}
      items={items}
    >
      <span className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent">
        {(me.user.name || me.user.email).slice(0, 1).toUpperCase()}
      </span>
      {wide && (
        <span className="min-w-0 text-left leading-tight">
          <span className="block truncate text-ink">{me.user.name}</span>
          <span className="block truncate text-xs font-normal text-ink-faint">{me.user.email}</span>
        </span>
      )}
    </MenuButton>
  )
}
