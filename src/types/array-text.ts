/** The text form of arrays: `[2:3]={{1,NULL},{"a b",\"}}`, with element texts left unread. */
import { malformedArrayLiteral, programLimitExceeded, arraySubscriptError } from '../errors/raise/data.ts'

export interface ArrayText {
  readonly dimensions: number[]
  readonly lowerBounds: number[]
  readonly elements: (string | null)[]
}

const MAX_DIMENSIONS = 6
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** Reads braces, quotes and delimiters; `nulls`: NULL without quotes is no element's text. Throws 22P02. */
export const parseArray = (text: string, delimiter: string, nulls = true): ArrayText =>
  new ArrayReader(text, delimiter, nulls).read()

class ArrayReader {
  private readonly text: string
  private readonly delimiter: string
  private readonly nulls: boolean
  private at = 0
  private readonly elements: (string | null)[] = []
  /** Length per depth as the first sub-array of that depth has it. */
  private readonly dimensions: number[] = []

  constructor(text: string, delimiter: string, nulls: boolean) {
    this.text = text
    this.delimiter = delimiter
    this.nulls = nulls
  }

  read(): ArrayText {
    this.skipSpace()
    const bounds = this.readBounds()
    if (this.text[this.at] !== '{') {
      throw this.malformed(
        bounds.length > 0
          ? 'Array contents must start with "{".'
          : 'Array value must start with "{" or dimension information.',
      )
    }
    this.readBraces(0)
    this.skipSpace()
    if (this.at < this.text.length) throw this.malformed('Junk after closing right brace.')
    if (this.elements.length === 0) return { dimensions: [], lowerBounds: [], elements: [] }
    if (bounds.length > 0) {
      const agrees =
        bounds.length === this.dimensions.length &&
        bounds.every((bound, i) => bound.upper - bound.lower + 1 === this.dimensions[i])
      if (!agrees) throw this.malformed('Specified array dimensions do not match array contents.')
    }
    return {
      dimensions: this.dimensions,
      lowerBounds: this.dimensions.map((_, i) => bounds[i]?.lower ?? 1),
      elements: this.elements,
    }
  }

  private malformed(detail: string) {
    return malformedArrayLiteral(this.text, detail)
  }

  private skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at++
  }

  /** `[lower:upper]…=` before the braces, none when absent. */
  private readBounds(): { lower: number; upper: number }[] {
    const bounds: { lower: number; upper: number }[] = []
    if (this.text[this.at] !== '[') return bounds
    const bound = /\s*\[([+-]?\d+)(?::([+-]?\d+))?\]/y
    for (;;) {
      bound.lastIndex = this.at
      const match = bound.exec(this.text)
      if (match === null) break
      if (bounds.length === MAX_DIMENSIONS) {
        throw programLimitExceeded(
          `number of array dimensions (${bounds.length + 1}) exceeds the maximum allowed (${MAX_DIMENSIONS})`,
        )
      }
      const lower = match[2] === undefined ? 1 : Number(match[1])
      const upper = Number(match[2] ?? match[1])
      if (upper < lower) throw arraySubscriptError('upper bound cannot be less than lower bound')
      bounds.push({ lower, upper })
      this.at = bound.lastIndex
    }
    this.skipSpace()
    if (this.text[this.at] !== '=') throw this.malformed('Missing "=" after array dimensions.')
    this.at++
    this.skipSpace()
    return bounds
  }

  private readBraces(depth: number): void {
    if (depth === MAX_DIMENSIONS) {
      throw programLimitExceeded(
        `number of array dimensions (${depth + 1}) exceeds the maximum allowed (${MAX_DIMENSIONS})`,
      )
    }
    this.at++
    let count = 0
    this.skipSpace()
    if (this.text[this.at] === '}') {
      if (depth > 0) throw this.malformed('Unexpected "}" character.')
      this.at++
      this.recordLength(depth, 0)
      return
    }
    let nested: boolean | null = null
    for (;;) {
      this.skipSpace()
      if (this.at >= this.text.length) throw this.malformed('Unexpected end of input.')
      const opens = this.text[this.at] === '{'
      if (nested !== null && nested !== opens) {
        throw this.malformed(opens ? 'Unexpected "{" character.' : 'Unexpected array element.')
      }
      nested = opens
      if (opens) this.readBraces(depth + 1)
      else {
        if (this.dimensions.length > depth + 1) throw this.raggedness()
        this.elements.push(this.readElement())
      }
      count++
      this.skipSpace()
      const next = this.text[this.at]
      if (next === undefined) throw this.malformed('Unexpected end of input.')
      this.at++
      if (next === '}') break
      if (next !== this.delimiter) throw this.malformed(`Unexpected array element.`)
    }
    this.recordLength(depth, count)
  }

  private raggedness() {
    return this.malformed('Multidimensional arrays must have sub-arrays with matching dimensions.')
  }

  private recordLength(depth: number, count: number): void {
    const known = this.dimensions[depth]
    if (known === undefined) this.dimensions[depth] = count
    else if (known !== count) throw this.raggedness()
  }

  private readElement(): string | null {
    return this.text[this.at] === '"' ? this.readQuoted() : this.readBare()
  }

  private readQuoted(): string {
    let out = ''
    this.at++
    for (;;) {
      const char = this.text[this.at++]
      if (char === undefined) throw this.malformed('Unexpected end of input.')
      if (char === '"') return out
      if (char === '\\') {
        const escaped = this.text[this.at++]
        if (escaped === undefined) throw this.malformed('Unexpected end of input.')
        out += escaped
      } else out += char
    }
  }

  private readBare(): string | null {
    let out = ''
    let kept = 0
    let escaped = false
    for (;;) {
      const char = this.text[this.at]
      if (char === undefined) throw this.malformed('Unexpected end of input.')
      if (char === this.delimiter || char === '}') break
      if (char === '{') throw this.malformed('Unexpected "{" character.')
      if (char === '"') throw this.malformed('Unexpected array element.')
      this.at++
      if (char === '\\') {
        const next = this.text[this.at++]
        if (next === undefined) throw this.malformed('Unexpected end of input.')
        out += next
        kept = out.length
        escaped = true
      } else {
        out += char
        if (!isSpace(char.charCodeAt(0))) kept = out.length
      }
    }
    if (kept === 0) throw this.malformed(`Unexpected "${this.text[this.at]}" character.`)
    const element = out.slice(0, kept)
    return this.nulls && !escaped && element.length === 4 && element.toUpperCase() === 'NULL' ? null : element
  }
}

/** Whether an element's text has to stand in quotes. */
const needsQuotes = (text: string, delimiter: string): boolean => {
  if (text === '' || (text.length === 4 && text.toUpperCase() === 'NULL')) return true
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34 || code === 92 || code === 123 || code === 125 || isSpace(code) || text[i] === delimiter)
      return true
  }
  return false
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** Writes an array from its elements' texts; bounds are written when any differs from 1. */
export const formatArray = (
  dimensions: readonly number[],
  lowerBounds: readonly number[],
  elements: readonly (string | null)[],
  delimiter: string,
): string => {
  if (dimensions.length === 0) return '{}'
  let at = 0
  const write = (depth: number): string => {
    const parts: string[] = []
    for (let i = 0; i < (dimensions[depth] as number); i++) {
      if (depth < dimensions.length - 1) parts.push(write(depth + 1))
      else {
        const element = elements[at++] as string | null
        parts.push(element === null ? 'NULL' : needsQuotes(element, delimiter) ? quote(element) : element)
      }
    }
    return `{${parts.join(delimiter)}}`
  }
  const bounds = lowerBounds.some((lower) => lower !== 1)
    ? `${lowerBounds.map((lower, i) => `[${lower}:${lower + (dimensions[i] as number) - 1}]`).join('')}=`
    : ''
  return bounds + write(0)
}
