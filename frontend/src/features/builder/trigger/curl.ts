/** A text as one word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** A command that sends an example to an address. */
export function curlOf(url: string, sample: unknown): string {
  const body = JSON.stringify(sample ?? { name: 'Anna', phone: '+79000000000' })
  return `curl -X POST ${quoted(url)} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(body)}`
}
