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
