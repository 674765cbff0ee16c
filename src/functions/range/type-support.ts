/** What PostgreSQL's range types are defined by: their canonical forms, and the distances of bounds. */
import { DATE_INFINITY, DATE_NEGATIVE_INFINITY } from '../../types/datetime/calendar.ts'
import type { ExactInteger } from '../../types/int64.ts'
import { numericSub } from '../../types/numeric/arithmetic.ts'
import type { Numeric } from '../../types/numeric/numeric.ts'
import type { SqlRange } from '../../types/range/range.ts'
import { scalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'
import { numericToFloat8 } from '../scalar/conversion.ts'

/** The ends of the integers that stand for infinite dates and timestamps in PostgreSQL. */
const endOf = (value: ExactInteger, end: number): number =>
  Number.isFinite(Number(value)) ? Number(value) : Math.sign(Number(value)) * end

const integers = (a: ExactInteger, b: ExactInteger): number => Number(a) - Number(b)

const dates = (a: number, b: number): number => dayOf(a) - dayOf(b)
const dayOf = (date: number): number =>
  date === DATE_INFINITY ? 2 ** 31 - 1 : date === DATE_NEGATIVE_INFINITY ? -(2 ** 31) : date

const timestamps = (a: ExactInteger, b: ExactInteger): number => (endOf(a, 2 ** 63) - endOf(b, 2 ** 63)) / 1e6

const DISTANCE = 'distance of two bounds'

export const rangeSupport: readonly ScalarFunction[] = [
  // Ranges are canonical as soon as they are made.
  ...(['int4range:3914', 'int8range:3928', 'daterange:3915'] as const).map((entry) => {
    const [type, oid] = entry.split(':')
    return scalar(Number(oid), `${type}_canonical(${type}) ${type}`, 'the canonical form', (range: SqlRange) => range)
  }),
  scalar(3922, 'int4range_subdiff(int4, int4) float8', DISTANCE, integers),
  scalar(3923, 'int8range_subdiff(int8, int8) float8', DISTANCE, integers),
  scalar(3924, 'numrange_subdiff(numeric, numeric) float8', DISTANCE, (a: Numeric, b: Numeric) =>
    numericToFloat8(numericSub(a, b)),
  ),
  scalar(3925, 'daterange_subdiff(date, date) float8', DISTANCE, dates),
  scalar(3929, 'tsrange_subdiff(timestamp, timestamp) float8', DISTANCE, timestamps),
  scalar(3930, 'tstzrange_subdiff(timestamptz, timestamptz) float8', DISTANCE, timestamps),
]
