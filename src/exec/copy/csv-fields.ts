/** Splits a CSV row into values: delimiters, quotes, escapes, the NULL string. */
import { decodeUtf8 } from '../../types/bytes.ts'
import type { Line } from './line-splitter.ts'
import { decodeField } from './text-fields.ts'

export interface CsvRules {
  readonly delimiter: number
  readonly quote: number
  readonly escape: number
  readonly nullText: string
  /** By column: quoted or not, the value is not NULL. */
  readonly forceNotNull: readonly boolean[]
  /** By column: a quoted value that equals the NULL string is NULL too. */
  readonly forceNull: readonly boolean[]
}

/** Answers a function from a row's line (whose quotes are balanced) to its values. */
export const csvFields = (rules: CsvRules): ((line: Line) => (string | null)[]) => {
  const { delimiter, quote, nullText, forceNotNull, forceNull } = rules

  return ({ bytes, from, to }) => {
    const fields: (string | null)[] = []
    let start = from
    let high = 0
    for (let at = from; ; at++) {
      const byte = at < to ? (bytes[at] as number) : delimiter
      let quoted = false
      let text: string
      if (byte === quote) {
        const value = quotedValue(bytes, start, to, rules)
        at = value.end
        text = value.text
        quoted = true
      } else if (byte === delimiter) {
        text = decodeField(bytes, start, at, high < 128)
      } else {
        high |= byte
        continue
      }
      const column = fields.length
      const mayBeNull = quoted ? forceNull[column] === true : forceNotNull[column] !== true
      fields.push(mayBeNull && text === nullText ? null : text)
      if (at >= to) return fields
      start = at + 1
      high = 0
    }
  }
}

/** A value with quotes somewhere in it; `end` is the position of the delimiter after it, or the end of the row. */
const quotedValue = (
  bytes: Buffer,
  from: number,
  to: number,
  { delimiter, quote, escape }: CsvRules,
): { readonly text: string; readonly end: number } => {
  const out = Buffer.allocUnsafe(to - from)
  let length = 0
  let inside = false
  let at = from
  for (; at < to; at++) {
    const byte = bytes[at] as number
    const next = at + 1 < to ? bytes[at + 1] : undefined
    if (inside && byte === escape && (next === escape || next === quote)) {
      out[length++] = next
      at++
    } else if (byte === quote) {
      inside = !inside
    } else if (!inside && byte === delimiter) {
      break
    } else {
      out[length++] = byte
    }
  }
  return { text: decodeUtf8(out.subarray(0, length)), end: at }
}
