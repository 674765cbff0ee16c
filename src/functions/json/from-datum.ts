/** SQL values as JSON: to_json, to_jsonb and everything that builds JSON out of columns. */
import { jsonKeyNotScalar, jsonNullKey } from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import { isInfinite } from '../../types/datetime/calendar.ts'
import { baseTypeOf } from '../../types/domain-type.ts'
import { formatOffset } from '../../types/datetime/format-datetime.ts'
import { offsetAtTimestamp } from '../../types/datetime/convert.ts'
import { timeZone } from '../../types/datetime/zones/index.ts'
import { canonicalJson, Jsonb, type JsonbNode, formatJsonbNode, jsonbObject } from '../../types/json/jsonb.ts'
import { JsonReader } from '../../types/json/json-reader.ts'
import { quoteJson } from '../../types/json/quote.ts'
import { parseNumeric } from '../../types/numeric/convert.ts'
import { OID } from '../../types/oids.ts'
import { SqlRecord } from '../../types/record.ts'
import type { Datum, FormatContext, SqlType } from '../../types/sql-type.ts'

const NUMBERS: ReadonlySet<number> = new Set([OID.int2, OID.int4, OID.int8, OID.float4, OID.float8, OID.numeric])

/** Dates and times are written in ISO 8601, whatever DateStyle says. */
const isoText = (type: SqlType, value: Datum, context: FormatContext): string => {
  const text = type.format(value, { ...context, dateStyle: 'ISO' })
  if (type.oid !== OID.timestamp && type.oid !== OID.timestamptz) return text
  if (isInfinite(value)) return text
  const withT = text.replace(' ', 'T')
  if (type.oid === OID.timestamp) return withT
  const east = offsetAtTimestamp(value, timeZone(context.timeZone))
  const short = formatOffset(east)
  return short.length === 3 ? withT.replace(short, `${short}:00`) : withT
}

const isDatetime = (type: SqlType): boolean =>
  type.oid === OID.date || type.oid === OID.timestamp || type.oid === OID.timestamptz

/** Text of a value that is neither array nor row nor JSON; numbers and booleans go without quotes. */
const scalarText = (given: SqlType, value: Datum, context: FormatContext): { text: string; bare: boolean } => {
  const type = baseTypeOf(given)
  if (type.oid === OID.bool) return { text: String(value), bare: true }
  const text = isDatetime(type) ? isoText(type, value, context) : type.format(value, context)
  return { text, bare: NUMBERS.has(type.oid) && /^-?[0-9]/.test(text) }
}

/** The json text of a value; `separator` stands between the elements of arrays. */
export const jsonText = (type: SqlType, value: Datum, context: FormatContext, separator = ','): string => {
  if (value === null) return 'null'
  if (type.oid === OID.json) return value
  if (value instanceof Jsonb) return formatJsonbNode(value.root)
  if (value instanceof SqlArray) return arrayText(baseTypeOf(type).element as SqlType, value, context, separator)
  if (value instanceof SqlRecord) return recordText(value, context, ',')
  const { text, bare } = scalarText(type, value, context)
  return bare ? text : quoteJson(text)
}

const arrayText = (element: SqlType, array: SqlArray, context: FormatContext, separator: string): string => {
  let at = 0
  const write = (depth: number): string => {
    const parts: string[] = []
    for (let i = 0; i < (array.dimensions[depth] ?? 0); i++) {
      parts.push(
        depth < array.dimensions.length - 1 ? write(depth + 1) : jsonText(element, array.elements[at++], context),
      )
    }
    return `[${parts.join(depth === 0 ? separator : ',')}]`
  }
  return write(0)
}

const fieldName = (record: SqlRecord, i: number): string => record.names?.[i] ?? `f${i + 1}`

export const recordText = (record: SqlRecord, context: FormatContext, separator: string): string =>
  `{${record.values
    .map((value, i) => `${quoteJson(fieldName(record, i))}:${jsonText(record.types[i] as SqlType, value, context)}`)
    .join(separator)}}`

/** The jsonb node of a value. */
export const jsonbNode = (type: SqlType, value: Datum, context: FormatContext): JsonbNode => {
  if (value === null) return null
  if (value instanceof Jsonb) return value.root
  if (type.oid === OID.json) return canonicalJson(new JsonReader(value).readDocument())
  if (type.oid === OID.bool) return value
  if (value instanceof SqlArray) return arrayNode(baseTypeOf(type).element as SqlType, value, context)
  if (value instanceof SqlRecord) {
    return jsonbObject(
      value.values.map((field, i): [string, JsonbNode] => [
        fieldName(value, i),
        jsonbNode(value.types[i] as SqlType, field, context),
      ]),
    )
  }
  const { text, bare } = scalarText(type, value, context)
  return bare ? parseNumeric(text) : text
}

const arrayNode = (element: SqlType, array: SqlArray, context: FormatContext): JsonbNode => {
  let at = 0
  const build = (depth: number): JsonbNode[] =>
    Array.from({ length: array.dimensions[depth] ?? 0 }, () =>
      depth < array.dimensions.length - 1 ? build(depth + 1) : jsonbNode(element, array.elements[at++], context),
    )
  return build(0)
}

/** A value as the key of an object: its text. Throws 22023 for NULL and for values with parts. */
export const keyText = (type: SqlType, value: Datum, context: FormatContext, position: number): string => {
  if (value === null) throw jsonNullKey(position)
  if (value instanceof SqlArray || value instanceof SqlRecord || value instanceof Jsonb || type.oid === OID.json) {
    throw jsonKeyNotScalar()
  }
  return scalarText(type, value, context).text
}
