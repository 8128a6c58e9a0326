// Asks the server what values will be: for all fields of a step, and for one pill.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { previewQuery } from '../data/queries'
import type { Previewed } from '../data/types'
import type { Fields, Source } from '../model/doc'
import type { Pill } from '../pills/pill'
import { useMapping } from './scope'

const WAIT_MS = 150
const MOST = 100

/** A value that has stayed the same for a moment. */
export function useSettled<T>(value: T, ms = WAIT_MS): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(() => value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

/** The leaves of an input that data goes into, by the key of their field. */
export function mappedLeaves(input: Fields | undefined, prefix = 'input'): Fields {
  const out: Fields = {}
  const visit = (source: Source, key: string) => {
    if (Object.keys(out).length >= MOST) return
    if ('object' in source) {
      for (const [k, v] of Object.entries(source.object)) visit(v, `${key}.${k}`)
    } else if ('list' in source) {
      source.list.forEach((v, i) => {
        visit(v, `${key}.${i}`)
      })
    } else if ('path' in source || 'template' in source) out[key] = source
  }
  for (const [k, v] of Object.entries(input ?? {})) visit(v, `${prefix}.${k}`)
  return out
}

/** What one pill gives. */
export function useResult(pill: Pill): Previewed[string] | undefined {
  const { flow, step, sample } = useMapping()
  const source: Source = { path: pill.path, transforms: pill.transforms }
  if (pill.default !== undefined) source.default = pill.default
  const text = useSettled(JSON.stringify(source))
  const fields: Fields = { result: JSON.parse(text) as Source }
  return useQuery(previewQuery(flow, step, sample, fields)).data?.result
}
