import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from '@tanstack/react-router'
import { basePath } from '@/lib/base'
import { CrashScreen, MissingScreen, PendingScreen } from './screens'
import {
  builderSearch,
  catalogueSearch,
  connectionsSearch,
  eventsSearch,
  flowsSearch,
  runsSearch,
  subscriberSearch,
  subscribersSearch,
  templatesSearch,
} from './search'
import { Shell } from './shell'

const root = createRootRoute({ component: Shell, notFoundComponent: MissingScreen })

const flows = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: flowsSearch,
  component: lazyRouteComponent(() => import('@/features/flows'), 'FlowsScreen'),
})
const builder = createRoute({
  getParentRoute: () => root,
  path: '/flows/$id',
  validateSearch: builderSearch,
  component: lazyRouteComponent(() => import('@/features/builder'), 'BuilderScreen'),
})
const overview = createRoute({
  getParentRoute: () => root,
  path: '/overview',
  component: lazyRouteComponent(() => import('@/features/overview'), 'OverviewScreen'),
})
const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => import('@/features/runs'), 'RunsScreen'),
})
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id',
  component: lazyRouteComponent(() => import('@/features/runs/run'), 'RunScreen'),
})
const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  validateSearch: eventsSearch,
  component: lazyRouteComponent(() => import('@/features/events'), 'EventsScreen'),
})
const connections = createRoute({
  getParentRoute: () => root,
  path: '/connections',
  validateSearch: connectionsSearch,
  component: lazyRouteComponent(() => import('@/features/connections'), 'ConnectionsScreen'),
})
const subscribers = createRoute({
  getParentRoute: () => root,
  path: '/subscribers',
  validateSearch: subscribersSearch,
  component: lazyRouteComponent(() => import('@/features/subscribers'), 'SubscribersScreen'),
})
const subscriber = createRoute({
  getParentRoute: () => root,
  path: '/subscribers/$id',
  validateSearch: subscriberSearch,
  component: lazyRouteComponent(
    () => import('@/features/subscribers/subscriber'),
    'SubscriberScreen',
  ),
})
const catalogue = createRoute({
  getParentRoute: () => root,
  path: '/catalogue',
  validateSearch: catalogueSearch,
  component: lazyRouteComponent(() => import('@/features/catalogue'), 'CatalogueScreen'),
})
const app = createRoute({
  getParentRoute: () => root,
  path: '/catalogue/$id',
  component: lazyRouteComponent(() => import('@/features/catalogue/app'), 'AppScreen'),
})
const templates = createRoute({
  getParentRoute: () => root,
  path: '/templates',
  validateSearch: templatesSearch,
  component: lazyRouteComponent(() => import('@/features/templates'), 'TemplatesScreen'),
})
const settingsHome = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$tab', params: { tab: 'profile' } })
  },
})
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings/$tab',
  component: lazyRouteComponent(() => import('@/features/settings'), 'SettingsScreen'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    flows,
    builder,
    overview,
    runs,
    run,
    events,
    connections,
    subscribers,
    subscriber,
    catalogue,
    app,
    templates,
    settingsHome,
    settings,
  ]),
  basepath: basePath,
  // Search values are texts, written as they were typed: `?q=79001234567`.
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith(String),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingComponent: PendingScreen,
  defaultErrorComponent: CrashScreen,
  defaultNotFoundComponent: MissingScreen,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
