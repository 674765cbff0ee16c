/** Range types and the multirange types over them, made from their subtypes. */
import { invalidBinaryRepresentation } from '../../errors/raise/data.ts'
import { fillBytes, fixedView } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import type { Datum, FormatContext, SqlType } from '../sql-type.ts'
import { RangeAlgebra, SqlMultirange, SqlRange } from './range.ts'
import { formatRange, parseMultirange, parseRange } from './range-text.ts'

export interface RangeFacts {
  readonly oid: number
  readonly arrayOid: number
  readonly name: string
  readonly namespace?: number
  /** How SQL writes the type; the name where absent. */
  readonly sqlName?: string
  readonly subtype: SqlType
  /** OID of the multirange type. */
  readonly multirange: number
  /** Brings ranges of a discrete subtype to their one form. */
  readonly canonical?: (range: SqlRange) => SqlRange
}

/** A multirange type's own identity. */
export type MultirangeFacts = Pick<RangeFacts, 'oid' | 'arrayOid' | 'name' | 'namespace' | 'sqlName'>

export interface RangeType extends SqlType {
  readonly subtype: SqlType
  readonly algebra: RangeAlgebra
  readonly multirangeOid: number
}

export interface MultirangeType extends SqlType {
  readonly range: RangeType
}

export const isRangeType = (type: SqlType): type is RangeType => type.kind === 'r'
export const isMultirangeType = (type: SqlType): type is MultirangeType => type.kind === 'm'

/** Bits of the first byte of a range's binary form. */
const FLAG = { empty: 1, lowerInclusive: 2, upperInclusive: 4, lowerInfinite: 8, upperInfinite: 16 } as const

/** The first byte of a range's binary form. */
export const rangeFlags = (range: SqlRange): number =>
  range.empty
    ? FLAG.empty
    : (range.lowerInclusive ? FLAG.lowerInclusive : 0) |
      (range.upperInclusive ? FLAG.upperInclusive : 0) |
      (range.lower === null ? FLAG.lowerInfinite : 0) |
      (range.upper === null ? FLAG.upperInfinite : 0)

const keyOf = (subtype: SqlType, range: SqlRange): string => {
  if (range.empty) return 'e'
  const part = (value: Datum, inclusive: boolean): string => {
    if (value === null) return '-'
    const key = String(subtype.hashKey?.(value) ?? value)
    return `${inclusive ? '[' : '('}${key.length}:${key}`
  }
  return part(range.lower, range.lowerInclusive) + part(range.upper, range.upperInclusive)
}

const sendRange = (subtype: SqlType, range: SqlRange, context: FormatContext): Uint8Array => {
  const flags = rangeFlags(range)
  if (range.empty) return Uint8Array.of(flags)
  const bounds = [range.lower, range.upper].map((bound) => (bound === null ? null : subtype.send(bound, context)))
  const size = bounds.reduce((total, bytes) => total + (bytes === null ? 0 : 4 + bytes.length), 1)
  return fillBytes(size, (view) => {
    view.setUint8(0, flags)
    const out = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    let at = 1
    for (const bytes of bounds) {
      if (bytes === null) continue
      view.setInt32(at, bytes.length)
      out.set(bytes, at + 4)
      at += 4 + bytes.length
    }
  })
}

const receiveRange = (
  { subtype, algebra }: Pick<RangeType, 'subtype' | 'algebra'>,
  bytes: Uint8Array,
  context: FormatContext,
): SqlRange => {
  const flags = fixedView(bytes.subarray(0, 1), 1).getUint8(0)
  if (flags & FLAG.empty) return SqlRange.empty
  let at = 1
  const bound = (infinite: number): Datum => {
    if (flags & infinite) return null
    const length = fixedView(bytes.subarray(at, at + 4), 4).getInt32(0)
    const end = at + 4 + length
    if (length < 0 || end > bytes.length) throw invalidBinaryRepresentation('insufficient data left in message')
    const value = subtype.receive(bytes.subarray(at + 4, end), -1, context)
    at = end
    return value
  }
  const lower = bound(FLAG.lowerInfinite)
  const upper = bound(FLAG.upperInfinite)
  return algebra.make(lower, upper, (flags & FLAG.lowerInclusive) !== 0, (flags & FLAG.upperInclusive) !== 0)
}

const readRange = (
  { subtype, algebra }: Pick<RangeType, 'subtype' | 'algebra'>,
  text: string,
  context: FormatContext,
): SqlRange => {
  const read = parseRange(text)
  if (read === null) return SqlRange.empty
  const value = (bound: string | null): Datum => (bound === null ? null : subtype.parse(bound, -1, context))
  return algebra.make(value(read.lower), value(read.upper), read.lowerInclusive, read.upperInclusive)
}

const writeRange = (subtype: SqlType, range: SqlRange, context: FormatContext): string => {
  const text = (bound: Datum): string | null => (bound === null ? null : subtype.format(bound, context))
  return formatRange(range.empty ? null : { ...range, lower: text(range.lower), upper: text(range.upper) })
}

const common = (subtype: SqlType, { namespace }: { readonly namespace?: number }) =>
  ({
    category: 'R',
    length: -1,
    align: subtype.align === 'd' ? 'd' : 'i',
    physical: 'any',
    ...(namespace === undefined ? {} : { namespace }),
  }) as const

export const rangeType = (facts: RangeFacts): RangeType => {
  const { subtype } = facts
  const algebra = new RangeAlgebra(subtype, facts.canonical ?? null)
  const parts = { subtype, algebra }
  return {
    ...defineType({
      ...common(subtype, facts),
      oid: facts.oid,
      name: facts.name,
      sqlName: facts.sqlName ?? facts.name,
      kind: 'r',
      arrayOid: facts.arrayOid,
      parse: (text, _typmod, context) => readRange(parts, text, context),
      format: (value: SqlRange, context) => writeRange(subtype, value, context),
      receive: (bytes, _typmod, context) => receiveRange(parts, bytes, context),
      send: (value: SqlRange, context) => sendRange(subtype, value, context),
      compare: algebra.compare,
      hashKey: (value: SqlRange) => keyOf(subtype, value),
    }),
    ...parts,
    multirangeOid: facts.multirange,
  }
}

const sendMultirange = (range: RangeType, value: SqlMultirange, context: FormatContext): Uint8Array => {
  const items = value.ranges.map((item) => range.send(item, context))
  const size = items.reduce((total, item) => total + 4 + item.length, 4)
  return fillBytes(size, (view) => {
    view.setUint32(0, items.length)
    const out = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    let at = 4
    for (const item of items) {
      view.setUint32(at, item.length)
      out.set(item, at + 4)
      at += 4 + item.length
    }
  })
}

const receiveMultirange = (range: RangeType, bytes: Uint8Array, context: FormatContext): SqlMultirange => {
  const count = fixedView(bytes.subarray(0, 4), 4).getUint32(0)
  const ranges: SqlRange[] = []
  let at = 4
  for (let i = 0; i < count; i++) {
    const length = fixedView(bytes.subarray(at, at + 4), 4).getUint32(0)
    ranges.push(range.receive(bytes.subarray(at + 4, at + 4 + length), -1, context))
    at += 4 + length
  }
  return range.algebra.multirange(ranges)
}

export const multirangeType = (range: RangeType, facts: MultirangeFacts): MultirangeType => ({
  ...defineType({
    ...common(range.subtype, facts),
    oid: facts.oid,
    name: facts.name,
    sqlName: facts.sqlName ?? facts.name,
    kind: 'm',
    arrayOid: facts.arrayOid,
    parse: (text, _typmod, context) =>
      range.algebra.multirange(parseMultirange(text, (item): SqlRange => range.parse(item, -1, context))),
    format: (value: SqlMultirange, context) => `{${value.ranges.map((item) => range.format(item, context)).join()}}`,
    receive: (bytes, _typmod, context) => receiveMultirange(range, bytes, context),
    send: (value: SqlMultirange, context) => sendMultirange(range, value, context),
    compare: range.algebra.compareMultiranges,
    hashKey: (value: SqlMultirange) => value.ranges.map((item) => keyOf(range.subtype, item)).join(';'),
  }),
  range,
})
