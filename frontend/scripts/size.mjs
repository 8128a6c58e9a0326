// Compares what a browser fetches until a screen is drawn with its budget (gzipped KB).
// The build's manifest says which files belong together; lazily used dialogs do not count.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const sizes = new Map()

function size(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, dist))).length)
  return sizes.get(file)
}

/** Files of an entry and of all that it imports at once. */
function filesOf(name, into = new Set()) {
  const entry = manifest[name]
  if (!entry) throw new Error(`${name} is not in the build`)
  if (into.has(entry.file)) return into
  into.add(entry.file)
  for (const style of entry.css ?? []) into.add(style)
  for (const each of entry.imports ?? []) filesOf(each, into)
  return into
}

const all = (names) => {
  const files = new Set()
  for (const name of names) filesOf(name, files)
  return files
}
const kb = (files) => [...files].reduce((sum, file) => sum + size(file), 0) / 1024
const texts = (...names) => names.map((name) => `src/i18n/ru/${name}.ts`)

const shell = ['index.html', 'src/app/start.tsx', ...texts('common', 'shell')]
const first = all([...shell, 'src/features/flows/index.tsx', ...texts('flows')])

const screens = [
  [
    'sign-in',
    110,
    all(['index.html', 'src/features/access/index.tsx', ...texts('common', 'access', 'shell')]),
  ],
  ['first screen (flows)', 200, first],
]

/** Over what is there already once the shell has been drawn. */
const extra = (names) => {
  const files = all(names)
  for (const file of all(shell)) files.delete(file)
  return files
}
const routes = {
  runs: ['src/features/runs/index.tsx'],
  run: ['src/features/runs/run.tsx'],
  events: ['src/features/events/index.tsx'],
  connections: ['src/features/connections/index.tsx'],
  subscribers: ['src/features/subscribers/index.tsx', 'src/features/subscribers/types.tsx'],
  subscriber: ['src/features/subscribers/subscriber.tsx'],
  catalogue: ['src/features/catalogue/index.tsx'],
  templates: ['src/features/templates/index.tsx'],
  settings: ['src/features/settings/index.tsx', 'src/features/settings/profile.tsx'],
}
const textsOf = {
  run: ['runs'],
  subscriber: ['subscribers'],
  connections: ['connections'],
}
for (const [name, files] of Object.entries(routes))
  screens.push([name, 30, extra([...files, ...texts(...(textsOf[name] ?? [name]))])])

// uPlot is fetched here and nowhere else; it has a budget of its own.
screens.push([
  'overview',
  55,
  extra([
    'src/features/overview/index.tsx',
    'src/ui/hour-chart.tsx',
    'src/features/overview/queue-chart.tsx',
    ...texts('overview'),
  ]),
])
screens.push(['builder', 130, extra(['src/features/builder/index.tsx', ...texts('builder')])])
// Fetched when a field first gets the focus; the panel is of use before it.
const editor = all(['src/features/builder/mapping/editor.ts'])
for (const file of all([...shell, 'src/features/builder/index.tsx'])) editor.delete(file)
screens.push(['editor of its fields', 105, editor])

let over = false
for (const [name, budget, files] of screens) {
  const now = kb(files)
  const bad = now > budget
  over ||= bad
  console.log(
    `${bad ? 'OVER' : 'ok  '} ${name.padEnd(26)} ${now.toFixed(1).padStart(6)} of ${budget} KB`,
  )
}
if (process.argv.includes('--files'))
  for (const file of first) console.log(`     ${file} ${(size(file) / 1024).toFixed(1)}`)
if (over) process.exit(1)
