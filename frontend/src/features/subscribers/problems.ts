import { ApiProblem } from '@/api/problem'

/** What is wrong at a field or below it: `sample` also names `sample.total` and `sample[0]`. */
export function below(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiProblem)) return undefined
  const all = (error.body.problems ?? []).filter(({ place }) => {
    const rest = place?.startsWith(field) ? place.slice(field.length) : null
    return rest !== null && /^($|[.[])/.test(rest)
  })
  const said = all.map(({ place, message }) => (place === field ? message : `${place}: ${message}`))
  return said.length > 0 ? [...new Set(said)].join('; ') : undefined
}
