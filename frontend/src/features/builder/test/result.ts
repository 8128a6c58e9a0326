import type { StepTest } from '../data/types'

/** Texts of bodies that are JSON are shown as the data that they are. */
function body(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    const parsed: unknown = JSON.parse(value)
    return parsed !== null && typeof parsed === 'object' ? parsed : value
  } catch {
    return value
  }
}

export function asStepTest(raw: StepTest): StepTest {
  const out = { ...raw }
  if (raw.request) out.request = { ...raw.request, body: body(raw.request.body) as never }
  if (raw.response) out.response = { ...raw.response, body: body(raw.response.body) as never }
  return out
}

/** Only addresses of the web: a link comes from an answer of another service. */
export function linkOf(result: StepTest): { href: string; label?: string } | null {
  const link = typeof result.link === 'string' ? { href: result.link } : result.link
  return link && /^https?:\/\//.test(link.href) ? link : null
}
