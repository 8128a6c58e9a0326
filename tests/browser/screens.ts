import { expect, type Page, type Request } from '@playwright/test'
import type { Furnished } from './furnish.ts'

/** A screen in one of its states: where it is, and what is pressed there. */
export interface Screen {
  name: string
  path: (f: Furnished) => string
  /** What is waited for, where more than a heading comes. */
  shows?: 'dialog' | 'tab'
  /** Opens what stands on the screen: the name of a button, of a tab, of a summary. */
  open?: { ru: string; en: string; role?: 'button' | 'tab' | 'link' | 'menuitem' }[]
}

const builder = (step: string, more = '') => (f: Furnished) =>
  `/flows/${f.busy.id}?step=${step}${more}`

export const SCREENS: Screen[] = [
  { name: 'flows', path: () => '/' },
  { name: 'flow-menu', path: () => '/', open: [{ ru: 'Новый сценарий', en: 'New flow' }] },
  { name: 'overview', path: () => '/overview' },
  { name: 'templates', path: () => '/templates' },
  { name: 'template', shows: 'dialog', path: () => '/templates?use=tilda_crm_mail_webhook' },
  { name: 'catalogue', path: () => '/catalogue' },
  { name: 'app', path: () => '/catalogue/bitrix24' },
  { name: 'connections', path: () => '/connections' },
  { name: 'connect', shows: 'dialog', path: () => '/connections?add=bitrix24' },
  { name: 'runs', path: () => '/runs' },
  {
    name: 'bulk',
    shows: 'dialog',
    path: (f) => `/runs?flow=${f.busy.id}&state=failed`,
    open: [{ ru: 'Повторить все найденные', en: 'Replay all found' }],
  },
  { name: 'run', shows: 'tab', path: (f) => `/runs/${f.runs.succeeded}` },
  { name: 'run-failed', shows: 'tab', path: (f) => `/runs/${f.runs.failed}` },
  { name: 'run-waiting', shows: 'tab', path: (f) => `/runs/${f.runs.waiting}` },
  {
    name: 'replay',
    shows: 'dialog',
    path: (f) => `/runs/${f.runs.succeeded}`,
    open: [{ ru: 'Повторить всё', en: 'Replay all' }],
  },
  { name: 'events', path: () => '/events' },
  { name: 'event', path: (f) => `/events?id=${f.delivery}` },
  { name: 'temporary', path: () => '/events?tab=temporary' },
  { name: 'subscribers', path: () => '/subscribers' },
  {
    name: 'subscriber-new',
    shows: 'dialog',
    path: () => '/subscribers',
    open: [{ ru: 'Добавить подписчика', en: 'Add a subscriber' }],
  },
  { name: 'subscriber', path: (f) => `/subscribers/${f.subscribers.active}` },
  { name: 'subscriber-paused', path: (f) => `/subscribers/${f.subscribers.paused}` },
  {
    name: 'subscriber-test',
    shows: 'dialog',
    path: (f) => `/subscribers/${f.subscribers.active}`,
    open: [{ ru: 'Проверить', en: 'Send a test' }],
  },
  {
    name: 'subscriber-recover',
    shows: 'dialog',
    path: (f) => `/subscribers/${f.subscribers.active}`,
    open: [{ ru: 'Повторить неудачные', en: 'Repeat all failed' }],
  },
  { name: 'event-types', path: () => '/subscribers?tab=types' },
  {
    name: 'event-type',
    shows: 'dialog',
    path: () => '/subscribers?tab=types',
    open: [
      { ru: 'Действия с order.created', en: 'Actions for order.created' },
      { ru: 'Изменить', en: 'Change', role: 'menuitem' },
    ],
  },
  { name: 'builder', path: (f) => `/flows/${f.logic.id}` },
  { name: 'trigger', path: builder('trigger') },
  { name: 'schedule', path: (f) => `/flows/${f.clock.id}?step=trigger` },
  { name: 'mapping', shows: 'tab', path: builder('lead') },
  { name: 'condition', path: builder('has_email') },
  { name: 'loop', path: (f) => `/flows/${f.logic.id}?step=items` },
  {
    name: 'check',
    path: builder('lead'),
    open: [{ ru: 'Проверка', en: 'Check', role: 'tab' }],
  },
  {
    name: 'if-it-fails',
    path: builder('lead'),
    open: [{ ru: 'Если не вышло', en: 'If it fails', role: 'tab' }],
  },
  {
    name: 'add-step',
    shows: 'dialog',
    path: (f) => `/flows/${f.clock.id}?step=trigger`,
    open: [{ ru: 'Добавить первый шаг', en: 'Add the first step' }],
  },
  {
    name: 'missing',
    shows: 'dialog',
    path: (f) => `/flows/${f.logic.id}`,
    open: [{ ru: 'Включить', en: 'Turn on' }],
  },
  { name: 'versions', path: (f) => `/flows/${f.busy.id}?tab=versions` },
  { name: 'flow-settings', path: (f) => `/flows/${f.busy.id}?tab=settings` },
  ...[
    'profile',
    'people',
    'keys',
    'alerts',
    'retention',
    'mail',
    'address',
    'audit',
    'health',
  ].map((tab) => ({ name: `settings-${tab}`, path: () => `/settings/${tab}` })),
]

/** Goes to a screen and waits until nothing on it is being loaded. */
export async function visit(page: Page, screen: Screen, f: Furnished, lang: 'ru' | 'en') {
  requests(page)
  await page.goto(f.office.stage.info.base + screen.path(f))
  await settled(page)
  for (const each of screen.open ?? []) {
    const name = each[lang]
    await page.getByRole(each.role ?? 'button', { name }).last().click()
  }
  if (screen.shows) await expect(page.getByRole(screen.shows).first()).toBeVisible()
  await settled(page)
}

const underWay = new WeakMap<Page, Set<Request>>()

/** The requests that wait for their answer; the stream, which never ends, is none of them. */
function requests(page: Page): Set<Request> {
  const known = underWay.get(page)
  if (known) return known
  const set = new Set<Request>()
  underWay.set(page, set)
  page.on('request', (r) => r.url().includes('/stream') || set.add(r))
  page.on('requestfinished', (r) => set.delete(r))
  page.on('requestfailed', (r) => set.delete(r))
  return set
}

/** Something stands on the page, nothing is on its way, and nothing moves. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading').first()).toBeAttached()
  await expect(page.getByRole('status', { name: /^(Загружается|Loading)$/ })).toHaveCount(0)
  // What was fetched may ask for more: it is quiet when nothing has been asked for a while.
  let quiet = 0
  const asks = () => {
    quiet = requests(page).size === 0 ? quiet + 1 : 0
    return quiet
  }
  await expect.poll(asks, { intervals: [40] }).toBeGreaterThan(4)
  await page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame)
    await frame()
    while (document.getAnimations().some((each) => each.playState === 'running')) await frame()
  })
}
