// What a pasted example is: JSON, the body of a form, or a curl command copied from somewhere.

export interface Pasted {
  method?: string
  headers?: Record<string, string>
  body: string
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object'
  } catch {
    return false
  }
}

const isForm = (text: string) => /^[^\s=&{<]+=[^&]*(&[^\s=&]+=[^&]*)*$/.test(text)

/** The words of a command line, with the quotes of a shell undone. */
export function shellWords(command: string): string[] {
  const out: string[] = []
  const text = command.replace(/\\\r?\n/g, ' ')
  for (const m of text.matchAll(/(?:[^\s'"\\]|\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*")+/g)) {
    out.push(
      m[0].replace(
        /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])/g,
        (_all, single, double, escaped) =>
          single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
      ),
    )
  }
  return out
}

function readCurl(text: string): Pasted | null {
  const words = shellWords(text)
  if (words[0] !== 'curl') return null
  const headers: Record<string, string> = {}
  const data: string[] = []
  let method: string | undefined
  for (let i = 1; i < words.length; i += 1) {
    const word = words[i] ?? ''
    const next = words[i + 1] ?? ''
    if (word === '-X' || word === '--request') method = next
    else if (word === '-H' || word === '--header') {
      const at = next.indexOf(':')
      if (at > 0) headers[next.slice(0, at).trim().toLowerCase()] = next.slice(at + 1).trim()
    } else if (/^(-d|--data(-raw|-binary|-urlencode)?|--json)$/.test(word)) {
      data.push(next)
      if (word === '--json') headers['content-type'] ??= JSON_TYPE
    } else continue
    i += 1
  }
  const body = data.join('&')
  headers['content-type'] ??= isJson(body) ? JSON_TYPE : FORM_TYPE
  return { method: method ?? (data.length > 0 ? 'POST' : 'GET'), headers, body }
}

/** What was pasted, ready to send; null where it is none of these. */
export function readPasted(raw: string): Pasted | null {
  const text = raw.trim()
  if (text === '') return null
  if (isJson(text)) return { body: text, headers: { 'content-type': JSON_TYPE } }
  if (/^curl\s/.test(text)) return readCurl(text)
  return isForm(text) ? { body: text, headers: { 'content-type': FORM_TYPE } } : null
}
