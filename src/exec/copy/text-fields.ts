/** Splits a line of the text format into values: delimiters, backslash escapes, the NULL string. */
import { decodeUtf8 } from '../../types/bytes.ts'
import type { Line } from './line-splitter.ts'

const BACKSLASH = 92

/** Letters after a backslash that stand for control characters. */
const CONTROL: ReadonlyMap<number, number> = new Map(
  Object.entries({ b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }).map(([letter, byte]) => [letter.charCodeAt(0), byte]),
)

/** Text of bytes; `ascii` says that none is above 127. Throws 22021. */
export const decodeField = (bytes: Buffer, from: number, to: number, ascii: boolean): string =>
  ascii ? bytes.toString('latin1', from, to) : decodeUtf8(bytes.subarray(from, to))

/** Answers a function from a line to its values. */
export const textFields = (delimiter: number, nullText: string): ((line: Line) => (string | null)[]) => {
  const nullBytes = Buffer.from(nullText)
  const isNull = (bytes: Buffer, from: number, to: number): boolean =>
    to - from === nullBytes.length && nullBytes.equals(bytes.subarray(from, to))
  const nullFirst = nullBytes[0] ?? -1

  return ({ bytes, from, to }) => {
    const fields: (string | null)[] = []
    let start = from
    let escaped = false
    let high = 0
    for (let at = from; ; at++) {
      const byte = at < to ? (bytes[at] as number) : delimiter
      if (byte === BACKSLASH) {
        escaped = true
        at++
        high |= bytes[at] ?? 0
        continue
      }
      if (byte !== delimiter) {
        high |= byte
        continue
      }
      const end = Math.min(at, to)
      if ((nullFirst === -1 || bytes[start] === nullFirst) && isNull(bytes, start, end)) fields.push(null)
      else if (escaped) fields.push(unescape(bytes, start, end))
      else fields.push(decodeField(bytes, start, end, high < 128))
      if (at >= to) return fields
      start = at + 1
      escaped = false
      high = 0
    }
  }
}

const hexDigit = (byte: number | undefined): number => {
  if (byte === undefined) return -1
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

const octalDigit = (byte: number | undefined): number =>
  byte !== undefined && byte >= 48 && byte <= 55 ? byte - 48 : -1

/** A value with its backslash sequences replaced: `\n`, `\x41`, `\101`; any other character stands for itself. */
const unescape = (bytes: Buffer, from: number, to: number): string => {
  const out = Buffer.allocUnsafe(to - from)
  let length = 0
  let at = from
  /** Reads up to `count` digits into one byte. */
  const number = (digit: (byte: number | undefined) => number, base: number, count: number): number => {
    let value = 0
    for (let i = 0; i < count && at < to && digit(bytes[at]) >= 0; i++) value = value * base + digit(bytes[at++])
    return value & 255
  }
  while (at < to) {
    const byte = bytes[at++] as number
    if (byte !== BACKSLASH || at >= to) {
      out[length++] = byte
      continue
    }
    const next = bytes[at] as number
    if (octalDigit(next) >= 0) out[length++] = number(octalDigit, 8, 3)
    else if (next === 120 && at + 1 < to && hexDigit(bytes[at + 1]) >= 0) {
      at++
      out[length++] = number(hexDigit, 16, 2)
    } else {
      at++
      out[length++] = CONTROL.get(next) ?? next
    }
  }
  return decodeUtf8(out.subarray(0, length))
}
