import './theme.css'
import { applyLang } from './i18n/lang'
import { basePath } from './lib/base'
import { applyTheme } from './lib/theme'

applyTheme()
applyLang()

// Signing in is a small page of its own: it needs neither the router nor the query cache.
const page = location.pathname.slice(basePath.length)
const start = /^(login|setup|invite)(\/|$)/.test(page)
  ? import('./features/access')
  : import('./app/start')

void start.then(({ start }) => start(document.getElementById('root') as HTMLElement))
