/** The range types that every database has. */
import { datetimeOutOfRange, typeOutOfRange } from '../../errors/raise/data.ts'
import { dateType, timestampType, timestamptzType } from '../datetime/datetime-types.ts'
import { DATE_INFINITY, DATE_NEGATIVE_INFINITY, isValidDate } from '../datetime/calendar.ts'
import { int64Add } from '../int64.ts'
import { int4Type, int8Type } from '../integers.ts'
import { numericType } from '../numeric/numeric-type.ts'
import type { Datum } from '../sql-type.ts'
import { SqlRange } from './range.ts'
import { type MultirangeFacts, multirangeType, rangeType, type RangeFacts } from './range-type.ts'

/** The form `[a,b)` of a range over whole numbers. */
const halfOpen =
  (next: (value: Datum) => Datum) =>
  ({ lower, upper, lowerInclusive, upperInclusive }: SqlRange): SqlRange =>
    new SqlRange(
      lower !== null && !lowerInclusive ? next(lower) : lower,
      upper !== null && upperInclusive ? next(upper) : upper,
      true,
      false,
    )

const nextInteger = (value: number): number => {
  if (value === 2_147_483_647) throw typeOutOfRange('integer')
  return value + 1
}

const nextDate = (value: number): number => {
  if (!isValidDate(value + 1)) throw datetimeOutOfRange('date')
  return value + 1
}

const isInfiniteDate = (value: Datum): boolean => value === DATE_INFINITY || value === DATE_NEGATIVE_INFINITY

/** Infinite dates have no neighbours: bounds at them stay as they are. */
const canonicalDates = ({ lower, upper, lowerInclusive, upperInclusive }: SqlRange): SqlRange => {
  const from = lower !== null && !lowerInclusive && !isInfiniteDate(lower)
  const to = upper !== null && upperInclusive && !isInfiniteDate(upper)
  return new SqlRange(
    from ? nextDate(lower) : lower,
    to ? nextDate(upper) : upper,
    from || lowerInclusive,
    upperInclusive && !to,
  )
}

type Facts = Omit<RangeFacts, 'multirange'> & { readonly multirange: MultirangeFacts }

const RANGES: readonly Facts[] = [
  {
    oid: 3904,
    arrayOid: 3905,
    name: 'int4range',
    subtype: int4Type,
    multirange: { oid: 4451, arrayOid: 6150, name: 'int4multirange' },
    canonical: halfOpen(nextInteger),
  },
  {
    oid: 3906,
    arrayOid: 3907,
    name: 'numrange',
    subtype: numericType,
    multirange: { oid: 4532, arrayOid: 6151, name: 'nummultirange' },
  },
  {
    oid: 3908,
    arrayOid: 3909,
    name: 'tsrange',
    subtype: timestampType,
    multirange: { oid: 4533, arrayOid: 6152, name: 'tsmultirange' },
  },
  {
    oid: 3910,
    arrayOid: 3911,
    name: 'tstzrange',
    subtype: timestamptzType,
    multirange: { oid: 4534, arrayOid: 6153, name: 'tstzmultirange' },
  },
  {
    oid: 3912,
    arrayOid: 3913,
    name: 'daterange',
    subtype: dateType,
    multirange: { oid: 4535, arrayOid: 6155, name: 'datemultirange' },
    canonical: canonicalDates,
  },
  {
    oid: 3926,
    arrayOid: 3927,
    name: 'int8range',
    subtype: int8Type,
    multirange: { oid: 4536, arrayOid: 6157, name: 'int8multirange' },
    canonical: halfOpen((value) => int64Add(value, 1)),
  },
]

/** Each range type with its multirange type. */
export const builtinRangeTypes = RANGES.flatMap(({ multirange, ...facts }) => {
  const range = rangeType({ ...facts, multirange: multirange.oid })
  return [range, multirangeType(range, multirange)]
})
