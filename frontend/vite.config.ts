import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The server that `npm run dev` speaks to; `npm run dev:fake` needs none.
const server = 'http://127.0.0.1:8080'

export default defineConfig({
  // Relative addresses: index.html carries <base>, which the server sets to the prefix it is behind.
  base: './',
  plugins: [react(), tailwind()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': server, '/in': server } },
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // Nothing inlined: the content security policy allows files of our own only.
    assetsInlineLimit: 0,
    // For scripts/size.mjs.
    manifest: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] },
})
