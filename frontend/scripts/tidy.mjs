// Rules that Biome does not know: texts only in the catalogue, feature folders apart, short files.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const src = fileURLToPath(new URL('../src', import.meta.url))
const mostLines = 300
/** Attributes that people read or hear. */
const spoken =
  /\b(?:title|label|placeholder|alt|aria-label|aria-description|text|heading)="([^"]*\p{L}{2}[^"]*)"/gu
/** Words inside braces that are shown as they are: `{'Hello'}` and `>{"Hello"}<`. */
const braced = />\s*\{\s*(['"`])([^'"`]*\p{L}{2}[^'"`]*)\1\s*\}/gu
const cyrillic = /\p{Script=Cyrillic}/u

const files = readdirSync(src, { recursive: true })
  .map(String)
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))

const problems = []
const lineOf = (text, index) => text.slice(0, index).split('\n').length

for (const file of files) {
  const text = readFileSync(join(src, file), 'utf8')
  const place = (index) => `src/${file}:${lineOf(text, index)}`
  const lines = text.split('\n').length
  if (lines > mostLines) problems.push(`src/${file}: ${lines} lines, at most ${mostLines}`)
  const isTest = file.includes('.test.')
  if (file.endsWith('.tsx') && !isTest) {
    for (const rule of [spoken, braced])
      for (const match of text.matchAll(rule))
        if (/\p{L}{2}/u.test(match.at(-1).replace(/\$\{[^}]*\}/g, '')))
          problems.push(`${place(match.index)}: text in the markup: ${match.at(-1)}`)
  }
  if (!isTest && !file.startsWith('i18n/')) {
    for (const [number, line] of text.split('\n').entries())
      if (cyrillic.test(line.replace(/\/\/.*|^\s*\*.*|\/\*.*\*\//g, '')))
        problems.push(`src/${file}:${number + 1}: text outside of src/i18n`)
  }
  const feature = /^features\/([^/]+)\//.exec(file)?.[1]
  if (feature) {
    for (const match of text.matchAll(/(?:from|import\()\s*'(\.[^']*)'/g)) {
      const to = relative(src, resolve(src, dirname(file), match[1]))
      if (!to.startsWith(`features/${feature}/`) && to !== `features/${feature}`)
        problems.push(`${place(match.index)}: ${match[1]} leaves the feature, use @/`)
    }
  }
}

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exit(1)
console.log(`tidy: ${files.length} files`)
