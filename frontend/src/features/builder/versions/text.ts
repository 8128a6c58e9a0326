// A document as lines that people can compare: names, colons and indents, as YAML has them.
import type { Json } from '../model/doc'

const scalar = (value: Json): string => {
  if (typeof value !== 'string') return JSON.stringify(value)
  const plain = /^[^\s"'{}[\],#&*!|>%@`:][^\n:#]*$/.test(value) && value.trim() === value
  return plain ? value : JSON.stringify(value)
}

const isEmptyBox = (value: Json) =>
  value !== null && typeof value === 'object' && Object.keys(value).length === 0

function lines(value: Json, indent: string): string[] {
  if (value === null || typeof value !== 'object' || isEmptyBox(value))
    return [indent + scalar(value)]
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const [first = '', ...rest] = lines(item, `${indent}  `)
      return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest]
    })
  }
  return Object.entries(value).flatMap(([key, item]) => {
    const box = item !== null && typeof item === 'object' && !isEmptyBox(item)
    if (box) return [`${indent}${key}:`, ...lines(item, `${indent}  `)]
    return [`${indent}${key}: ${scalar(item)}`]
  })
}

export const asText = (value: unknown): string => `${lines(value as Json, '').join('\n')}\n`
