/**
 * The quick way of COPY's text format: values go from the bytes of a line straight into the columns of a segment, with
 * no string or row between. It takes only what is plain: a line with an escape, a value that is not in its type's usual
 * form, one that breaks a constraint or anything else that needs thought is left to the row by row way, which gives the
 * value or the error.
 */
import { isUtf8 } from 'node:buffer'
import type { Column } from '../../catalog/objects.ts'
import type { BulkWriter } from '../../storage/table/bulk-writer.ts'
import type { ColumnBuilder } from '../../storage/segments/column-builder.ts'
import { isDomainType } from '../../types/domain-type.ts'
import { OID } from '../../types/oids.ts'
import type { Datum, FormatContext } from '../../types/sql-type.ts'

const LF = 10
const BACKSLASH = 92
const MINUS = 45
const POINT = 46
const ZERO = 48
const LETTER_N = 78
const BLANK = 32

/** Digits of which every number is exact. */
const SAFE_DIGITS = 15
/** Typmods of lengths and precisions are stored four up. */
const TYPMOD_OFFSET = 4
/** Day number (from 2000-01-01) of the first day of each month, by year * 12 + month - 1; of the years 0 to 9999 and a month. */
let knownMonths: Int32Array | null = null
const months = (): Int32Array => {
  if (knownMonths === null) knownMonths = firstDays()
  return knownMonths
}
const firstDays = (): Int32Array => {
  const months = new Int32Array(10_000 * 12 + 1)
  // A year of four centuries later has the same days; Date has no two-digit years before 100.
  for (let i = 0; i < months.length; i++) {
    months[i] = (Date.UTC(2000 + Math.floor(i / 12), i % 12, 1) - Date.UTC(4000, 0, 1)) / 86_400_000
  }
  return months
}

/** How a column's bytes are read. */
const FORM = { integer: 0, decimal: 1, date: 2, text: 3, other: 4 } as const

interface Field {
  readonly form: number
  /** Integers: the bounds. */
  readonly low: number
  readonly high: number
  /** Decimals: digits after the point, and the magnitude (scaled) that is too large. */
  readonly scale: number
  readonly limit: number
  /** Text: bytes up to which it is certainly not too long; whether the datum is the very text (no blanks are added). */
  readonly maxBytes: number
  readonly verbatim: boolean
  readonly notNull: boolean
  readonly column: Column
  readonly place: number
}

const INTEGERS: Readonly<Record<number, readonly [low: number, high: number]>> = {
  [OID.int2]: [-32768, 32767],
  [OID.int4]: [-2147483648, 2147483647],
  [OID.int8]: [-(10 ** SAFE_DIGITS), 10 ** SAFE_DIGITS],
}

const fieldOf = (column: Column): Field => {
  const { type, typmod } = column
  const maxBytes = typmod < TYPMOD_OFFSET ? Number.MAX_SAFE_INTEGER : typmod - TYPMOD_OFFSET
  const none = { low: 0, high: 0, scale: 0, limit: 0, maxBytes: Number.MAX_SAFE_INTEGER, verbatim: true }
  // What a domain says of NULL is looked at row by row.
  const notNull = column.notNull || isDomainType(type)
  const common = { ...none, notNull, column, place: column.attnum - 1 }
  const bounds = INTEGERS[type.oid]
  if (bounds !== undefined) return { ...common, form: FORM.integer, low: bounds[0], high: bounds[1] }
  if (type.oid === OID.numeric && typmod >= TYPMOD_OFFSET) {
    const precision = ((typmod - TYPMOD_OFFSET) >> 16) & 0xffff
    const scale = (((typmod - TYPMOD_OFFSET) & 0x7ff) ^ 1024) - 1024
    if (precision <= SAFE_DIGITS && scale >= 0 && scale <= precision) {
      return { ...common, form: FORM.decimal, scale, limit: 10 ** precision }
    }
  }
  if (type.oid === OID.date) return { ...common, form: FORM.date }
  if (type.oid === OID.text) return { ...common, form: FORM.text }
  if (type.oid === OID.varchar) return { ...common, form: FORM.text, maxBytes }
  if (type.oid === OID.bpchar) return { ...common, form: FORM.text, maxBytes, verbatim: typmod < TYPMOD_OFFSET }
  return { ...common, form: FORM.other }
}

/** Reads lines of `bytes` from `at` on, all of which end at or before `last`, into rows from `row` on, before `capacity`. */
type LineReader = (
  bytes: Buffer,
  at: number,
  last: number,
  columns: readonly ColumnBuilder[],
  row: number,
  capacity: number,
) => { readonly at: number; readonly row: number }

export class ColumnCopy {
  readonly #read: LineReader

  /** `columns`: those of the data, in its order; `width`: of the table. */
  constructor(columns: readonly Column[], width: number, delimiter: string, format: FormatContext) {
    this.#read = generate(columns.map(fieldOf), width, delimiter.charCodeAt(0), format)
  }

  /**
   * Stores the plain lines from a position on, until one is not plain or not complete, telling the first rowid and the
   * number of rows of each segment; answers that line's position and the number of rows stored.
   */
  take(
    bytes: Buffer,
    from: number,
    bulk: BulkWriter,
    inserted: (rowid: number, count: number) => void,
  ): { readonly at: number; readonly rows: number } {
    const last = bytes.lastIndexOf(LF)
    let at = from
    let rows = 0
    while (at <= last) {
      const { columns, length, capacity } = bulk.segment
      const read = this.#read(bytes, at, last, columns, length, capacity)
      if (read.row === length) break
      inserted(bulk.endRows(read.row - length), read.row - length)
      rows += read.row - length
      at = read.at
      if (read.row < capacity) break
    }
    return { at, rows }
  }
}

/** What the generated code calls. */
const HELPERS = {
  isText: (bytes: Buffer, from: number, to: number): boolean => isUtf8(bytes.subarray(from, to)),
  /** The day number of `YYYY-MM-DD`; NaN when it is no day. */
  date: (bytes: Buffer, at: number): number => {
    const month = digits(bytes, at + 5, 2)
    const day = digits(bytes, at + 8, 2)
    const index = digits(bytes, at, 4) * 12 + month - 1
    if (!(index >= 12 && month > 0 && month <= 12 && day > 0)) return Number.NaN
    const known = months()
    const first = known[index] as number
    return day <= (known[index + 1] as number) - first ? first + day - 1 : Number.NaN
  },
  powers: Float64Array.from({ length: SAFE_DIGITS + 1 }, (_, i) => 10 ** i),
  /** NOT_PLAIN where the type's own parser refuses: the row by row way meets the error again and says where it is. */
  parse: (text: string, { column: { type, typmod } }: Field, format: FormatContext): Datum => {
    try {
      const value = type.parse(text, typmod, format)
      return typmod < 0 ? value : type.applyTypmod(value, typmod, false)
    } catch {
      return NOT_PLAIN
    }
  },
}
const NOT_PLAIN = Symbol('not plain')

/** A number of so many digits; NaN when a byte is none. */
const digits = (bytes: Buffer, start: number, count: number): number => {
  let value = 0
  for (let i = 0; i < count; i++) {
    const digit = (bytes[start + i] as number) - ZERO
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

/**
 * Code for one table's lines: each value is read into a variable of its own, and only when the whole line was plain the
 * columns get them. A line ends the loop where it is not plain. All loops over bytes end at a line's end at the latest.
 */
const generate = (fields: readonly Field[], width: number, delimiter: number, format: FormatContext): LineReader => {
  const given = new Set(fields.map((field) => field.place))
  const absent = Array.from({ length: width }, (_, i) => i).filter((place) => !given.has(place))
  const arrays = fields.flatMap((field, c) =>
    isNumber(field)
      ? [`const a${c} = columns[${field.place}].numbers(${scaleOf(field)})`, `if (a${c} === null) return { at, row }`]
      : [],
  )
  const source = `return (bytes, at, last, columns, row, capacity) => {
    let b = 0, d = 0, from = 0, all = 0, digits = 0, point = 0, negative = false
    ${fields.map((_, c) => `let n${c} = false, v${c} = 0, f${c} = 0, t${c} = 0`).join('\n')}
    ${arrays.join('\n')}
    const start = () => ({ at: line, row })
    let line = at
    while (line <= last && row < capacity) {
      at = line
      ${fields.map((field, c) => readField(field, c, c === fields.length - 1 ? LF : delimiter, delimiter)).join('\n')}
      ${fields.map(storeField).join('\n')}
      ${absent.map((place) => `columns[${place}].setNull(row)`).join('\n')}
      row++
      line = at
    }
    return start()
  }`
  const converters = fields.map(
    ({ column: { type, typmod } }) =>
      (text: string) =>
        type.parse(text, typmod, format),
  )
  const make = new Function('fields', 'converters', 'helpers', 'format', 'NOT_PLAIN', source)
  return make(fields, converters, HELPERS, format, NOT_PLAIN) as LineReader
}

const isNumber = ({ form }: Field): boolean => form === FORM.integer || form === FORM.decimal || form === FORM.date

const scaleOf = (field: Field): number => (field.form === FORM.decimal ? field.scale : -1)

const readField = (field: Field, c: number, stop: number, delimiter: number): string => `
  b = bytes[at]
  if (b === ${BACKSLASH}) {
    if (${field.notNull} || bytes[at + 1] !== ${LETTER_N} || bytes[at + 2] !== ${stop}) return start()
    n${c} = true
    at += 3
  } else {
    n${c} = false
    ${READERS[field.form]?.(field, c, stop, delimiter)}
  }`

const SIGN = `
  negative = b === ${MINUS}
  if (negative) b = bytes[++at]
  from = at`

type FieldReader = (field: Field, c: number, stop: number, delimiter: number) => string

const readText: FieldReader = (field, c, stop, delimiter) => `
  f${c} = at
  all = 0
  while (b >= ${BLANK} && b !== ${delimiter} && b !== ${BACKSLASH}) {
    all |= b
    b = bytes[++at]
  }
  if (b !== ${stop} || at - f${c} > ${field.maxBytes}) return start()
  if (all >= 128 && !helpers.isText(bytes, f${c}, at)) return start()
  t${c} = at++`

/** Code that reads one value, whose first byte is in \`b\`, and passes what must follow it. */
const READERS: Readonly<Record<number, FieldReader>> = {
  [FORM.integer]: (field, c, stop) => `${SIGN}
    v${c} = 0
    while ((d = b - ${ZERO}) >= 0 && d <= 9) {
      v${c} = v${c} * 10 + d
      b = bytes[++at]
    }
    if (b !== ${stop} || at === from || at - from > ${SAFE_DIGITS}) return start()
    if (negative) v${c} = 0 - v${c}
    if (v${c} < ${field.low} || v${c} > ${field.high}) return start()
    at++`,
  [FORM.decimal]: (field, c, stop) => `${SIGN}
    v${c} = 0
    while ((d = b - ${ZERO}) >= 0 && d <= 9) {
      v${c} = v${c} * 10 + d
      b = bytes[++at]
    }
    digits = at - from
    point = 0
    if (b === ${POINT}) {
      b = bytes[++at]
      point = at
      while ((d = b - ${ZERO}) >= 0 && d <= 9) {
        v${c} = v${c} * 10 + d
        b = bytes[++at]
      }
      point = at - point
      digits += point
    }
    point = ${field.scale} - point
    if (b !== ${stop} || digits === 0 || point < 0 || digits + point > ${SAFE_DIGITS}) return start()
    v${c} *= helpers.powers[point]
    if (v${c} >= ${field.limit}) return start()
    if (negative) v${c} = 0 - v${c}
    at++`,
  [FORM.date]: (_field, c, stop) => `
    if (at + 10 > last || bytes[at + 10] !== ${stop} || bytes[at + 4] !== ${MINUS} || bytes[at + 7] !== ${MINUS}) return start()
    v${c} = helpers.date(bytes, at)
    if (v${c} !== v${c}) return start()
    at += 11`,
  [FORM.text]: readText,
  [FORM.other]: (field, c, stop, delimiter) => `${readText(field, c, stop, delimiter)}
    v${c} = helpers.parse(bytes.toString('utf8', f${c}, t${c}), fields[${c}], format)
    if (v${c} === NOT_PLAIN) return start()`,
}

const storeField = (field: Field, c: number): string => {
  const column = `columns[${field.place}]`
  const store = isNumber(field)
    ? `a${c}[row] = v${c}`
    : field.form === FORM.text
      ? `${column}.setUtf8(row, bytes, f${c}, t${c}, ${field.verbatim}, converters[${c}])`
      : `${column}.set(row, v${c})`
  return field.notNull ? store : `if (n${c}) ${column}.setNull(row)\nelse ${store}`
}
