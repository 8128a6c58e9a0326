// Reads the expression inside a tag of a template. Mirrors backend/mapping `template/expr`.
import type { Json } from '../model/doc'
import { readReference, SYMBOL, writePath } from './path'

export type Expr =
  | { literal: Json }
  | { path: string }
  | { name: string; positions: Expr[]; named: [string, Expr][] }

export class Reader {
  pos = 0
  constructor(readonly text: string) {}

  get rest(): string {
    return this.text.slice(this.pos)
  }
  space(): void {
    this.pos += /^[ \t\r\n]*/.exec(this.rest)?.[0].length ?? 0
  }
  ident(): string | null {
    const word = /^[A-Za-z0-9_$:\u0080-\u{10ffff}-]+/u.exec(this.rest)?.[0]
    this.pos += word?.length ?? 0
    return word ?? null
  }
  eat(what: string): boolean {
    const found = this.text.startsWith(what, this.pos)
    this.pos += found ? what.length : 0
    return found
  }

  /** What a tag shows. */
  shown(): Expr | null {
    const start = this.pos
    if (/^["'(]/.test(this.rest)) {
      return this.param()
    }
    const name = this.ident()
    if (name && !/^[./]/.test(this.rest)) {
      this.space()
      if (this.atParam()) {
        return this.call(name)
      }
    }
    this.pos = start
    return this.reference()
  }
  atParam(): boolean {
    const c = String.fromCodePoint(this.text.codePointAt(this.pos) ?? 0)
    return '"\'([{@.'.includes(c) || SYMBOL.test(c)
  }
  call(name: string): Expr | null {
    const positions: Expr[] = []
    const named: [string, Expr][] = []
    for (this.space(); this.atParam(); this.space()) {
      const key = /^([A-Za-z0-9_$:\u0080-\u{10ffff}-]+)\s*=\s*/u.exec(this.rest)
      this.pos += key?.[0].length ?? 0
      const value = this.param()
      if (!value) {
        return null
      }
      if (key?.[1]) {
        named.push([key[1], value])
      } else {
        positions.push(value)
      }
    }
    return { name, positions, named }
  }
  param(): Expr | null {
    const c = this.text[this.pos]
    if (c === '"' || c === "'") {
      return this.quoted(c)
    }
    if (c === '(') {
      this.pos += 1
      this.space()
      const name = this.ident()
      const call = name ? this.call(name) : null
      return call && this.eat(')') ? call : null
    }
    if (c === '[' || c === '{') {
      return this.json() ?? (c === '[' ? this.reference() : null)
    }
    return this.word() ?? this.reference()
  }
  quoted(mark: string): Expr | null {
    const m = (mark === '"' ? /^"((?:\\[\s\S]|[^"\\])*)"/ : /^'((?:\\[\s\S]|[^'\\])*)'/).exec(
      this.rest,
    )
    if (!m) {
      return null
    }
    const body = m[1] ?? ''
    const json = mark === '"' ? body : body.replace(/\\'/g, "'").replace(/"/g, '\\"')
    this.pos += m[0].length
    return literal(`"${json}"`)
  }
  /** A JSON list or object. */
  json(): Expr | null {
    let depth = 0
    let inText = false
    for (let i = this.pos; i < this.text.length; i += 1) {
      const c = this.text[i] as string
      if (inText) {
        if (c === '\\') {
          i += 1
        } else if (c === '"') {
          inText = false
        }
      } else if (c === '"') {
        inText = true
      } else if (c === '[' || c === '{') {
        depth += 1
      } else if (c === ']' || c === '}') {
        depth -= 1
        if (depth === 0) {
          const value = literal(this.text.slice(this.pos, i + 1))
          this.pos = value ? i + 1 : this.pos
          return value
        }
      }
    }
    return null
  }
  /** A number, `true`, `false` or `null`. */
  word(): Expr | null {
    const word = /^[A-Za-z0-9_$:\u0080-\u{10ffff}./+-]+/u.exec(this.rest)?.[0] ?? ''
    const value = /^(true|false|null|-?\d)/.test(word) ? literal(word) : null
    this.pos += value ? word.length : 0
    return value
  }
  reference(): Expr | null {
    const found = readReference(this.text, this.pos)
    if (!found) {
      return null
    }
    this.pos = found.end
    return { path: writePath(found.path) }
  }
}

function literal(json: string): Expr | null {
  try {
    return { literal: JSON.parse(json) as Json }
  } catch {
    return null
  }
}
