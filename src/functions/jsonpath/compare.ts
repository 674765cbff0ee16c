/** Comparisons of two items of a path. */
import { jsonPathNeedsTimeZone } from '../../errors/raise/json-path.ts'
import { dateToTimestamp, timestampToTimestamptz } from '../../types/datetime/convert.ts'
import { dateType, timestampType, timestamptzType, timetzType, timeType } from '../../types/datetime/datetime-types.ts'
import type { ExactInteger } from '../../types/int64.ts'
import { isScalar, type JsonbNode } from '../../types/json/jsonb.ts'
import type { ComparisonOperator } from '../../types/jsonpath/items.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import type { FormatContext, SqlType } from '../../types/sql-type.ts'
import { compareText } from '../../types/text-order.ts'
import { timeToTimeTz } from '../datetime/time-with-zone.ts'
import { JsonDatetime, type PathValue, typeNameOf } from './value.ts'

/** Null: unknown. */
export type Truth = boolean | null

/** What comparisons of dates and times need. */
export interface ZoneUse {
  readonly format: FormatContext
  /** Whether the session's time zone may be used (the `_tz` functions). */
  readonly allowed: boolean
}

export const compareValues = (operator: ComparisonOperator, a: PathValue, b: PathValue, zones: ZoneUse): Truth => {
  const order = orderOf(a, b, zones)
  if (order === 'unlike') return operator === '!='
  if (order === null) return null
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '>':
      return order > 0
    case '<=':
      return order <= 0
    case '>=':
      return order >= 0
  }
}

/** Negative, 0, positive; null where there is no order; `unlike`: just one of them is null. */
const orderOf = (a: PathValue, b: PathValue, zones: ZoneUse): number | null | 'unlike' => {
  if (a instanceof JsonDatetime || b instanceof JsonDatetime) {
    if (a === null || b === null) return 'unlike'
    return a instanceof JsonDatetime && b instanceof JsonDatetime ? orderOfDatetimes(a, b, zones) : null
  }
  if ((a === null) !== (b === null)) return 'unlike'
  if (typeNameOf(a) !== typeNameOf(b) || !isScalar(a)) return null
  return orderOfScalars(a, b)
}

const orderOfScalars = (a: JsonbNode, b: JsonbNode): number => {
  if (a === null) return 0
  if (typeof a === 'string') return compareText(a, b as string)
  if (typeof a === 'boolean') return Number(a) - Number(b)
  return Numeric.compare(a as Numeric, b as Numeric)
}

const TYPES: Readonly<Record<JsonDatetime['type'], SqlType>> = {
  date: dateType,
  time: timeType,
  timetz: timetzType,
  timestamp: timestampType,
  timestamptz: timestamptzType,
}

/** Which of two types a comparison is made in: the one further to the right in its family. */
const FAMILIES: readonly (readonly JsonDatetime['type'][])[] = [
  ['date', 'timestamp', 'timestamptz'],
  ['time', 'timetz'],
]

const orderOfDatetimes = (a: JsonDatetime, b: JsonDatetime, zones: ZoneUse): number | null => {
  const family = FAMILIES.find((types) => types.includes(a.type))
  if (family === undefined || !family.includes(b.type)) return null
  const common = family[Math.max(family.indexOf(a.type), family.indexOf(b.type))] as JsonDatetime['type']
  const { compare } = TYPES[common]
  return compare === null ? null : compare(convert(a, common, zones), convert(b, common, zones))
}

const convert = ({ type, value }: JsonDatetime, to: JsonDatetime['type'], { format, allowed }: ZoneUse) => {
  if (type === to) return value
  if (to === 'timestamp') return dateToTimestamp(value as number)
  if (!allowed) throw jsonPathNeedsTimeZone(type, to)
  if (to === 'timetz') return timeToTimeTz(value as number, format.timeZone, format.transactionTimestamp)
  const local = type === 'date' ? dateToTimestamp(value as number) : (value as ExactInteger)
  return timestampToTimestamptz(local, format.timeZone)
}
