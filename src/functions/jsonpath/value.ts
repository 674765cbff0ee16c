/** What a jsonpath computes with: nodes of jsonb, and dates and times that `.datetime()` has made of strings. */
import type { TimeTz } from '../../types/datetime/datetime-types.ts'
import { formatDate, formatOffset, formatTime } from '../../types/datetime/format-datetime.ts'
import { splitTimestamp } from '../../types/datetime/calendar.ts'
import type { ExactInteger } from '../../types/int64.ts'
import { isJsonbArray, isJsonbObject, type JsonbNode } from '../../types/json/jsonb.ts'
import type { FormatContext } from '../../types/sql-type.ts'

/** A date or time with what is left of its text: the zone of a timestamptz, seconds east of Greenwich. */
export class JsonDatetime {
  readonly type: 'date' | 'time' | 'timetz' | 'timestamp' | 'timestamptz'
  readonly value: number | ExactInteger | TimeTz
  readonly offset: number

  constructor(type: JsonDatetime['type'], value: number | ExactInteger | TimeTz, offset = 0) {
    this.type = type
    this.value = value
    this.offset = offset
  }
}

export type PathValue = JsonbNode | JsonDatetime

const SQL_NAMES = {
  date: 'date',
  time: 'time without time zone',
  timetz: 'time with time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
} as const

/** What `.type()` answers. */
export const typeNameOf = (value: PathValue): string => {
  if (value instanceof JsonDatetime) return SQL_NAMES[value.type]
  if (value === null) return 'null'
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value
  if (isJsonbArray(value)) return 'array'
  return isJsonbObject(value) ? 'object' : 'number'
}

/** ISO 8601, as JSON has dates. */
const formatDatetime = ({ type, value, offset }: JsonDatetime, context: FormatContext): string => {
  const iso = { ...context, dateStyle: 'ISO' } as const
  if (type === 'date') return formatDate(value as number, iso)
  if (type === 'time') return formatTime(value as number)
  if (type === 'timetz') {
    const { micros, zone } = value as TimeTz
    return formatTime(micros) + zoneText(-zone)
  }
  const local =
    type === 'timestamp' ? (value as ExactInteger) : BigInt(value as ExactInteger) + BigInt(offset) * 1_000_000n
  const { days, micros } = splitTimestamp(local)
  const text = `${formatDate(days, iso)}T${formatTime(Number(micros))}`
  return type === 'timestamp' ? text : text + zoneText(offset)
}

/** JSON's zones have minutes always. */
const zoneText = (east: number): string => {
  const short = formatOffset(east)
  return short.includes(':') ? short : `${short}:00`
}

/** A value as it goes out of a path: dates and times become strings. */
export const toNode = (value: PathValue, context: FormatContext): JsonbNode =>
  value instanceof JsonDatetime ? formatDatetime(value, context) : value
