import { mergeConfig } from 'vite'
import base from '../vite.config'
import { fakeApi } from './fake/server'

/** `npm run dev:fake`: the UI over answers made up here. Nothing of dev/ is ever built. */
export default mergeConfig(base, {
  root: new URL('..', import.meta.url).pathname,
  plugins: [fakeApi()],
  server: { proxy: undefined },
})
