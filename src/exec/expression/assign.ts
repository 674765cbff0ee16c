/** New values of arrays, rows and jsonb in which one part is replaced. */
import { arraySubscriptError, nullValueNotAllowed, programLimitExceeded } from '../../errors/raise/data.ts'
import { assignAtPath } from '../../functions/json/edit.ts'
import { SqlArray } from '../../types/array.ts'
import { Jsonb, type JsonbNode } from '../../types/json/jsonb.ts'
import { type RowType, SqlRecord } from '../../types/record.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'

/** Most elements that an array has. */
const MAX_ELEMENTS = 134_217_727

const INT32_MAX = 2_147_483_647

const wrongNumber = () => arraySubscriptError('wrong number of array subscripts')
const outOfRange = () => arraySubscriptError('array subscript out of range')

const checkSize = (count: number): void => {
  if (count > MAX_ELEMENTS) throw programLimitExceeded(`array size exceeds the maximum allowed (${MAX_ELEMENTS})`)
}

export const requiredSubscript = (subscript: number | null): number => {
  if (subscript === null) throw nullValueNotAllowed('array subscript in assignment must not be null')
  return subscript
}

/** One dimension stretched with NULLs so that it reaches from `from` to `to`. */
const stretched = (array: SqlArray, from: number, to: number): SqlArray => {
  const lower = array.lowerBounds[0] as number
  const upper = lower + array.elements.length - 1
  const [first, last] = [Math.min(lower, from), Math.max(upper, to)]
  checkSize(last - first + 1)
  if (first === lower && last === upper) return array
  const elements = [
    ...new Array<Datum>(lower - first).fill(null),
    ...array.elements,
    ...new Array<Datum>(last - upper).fill(null),
  ]
  return new SqlArray([elements.length], [first], elements)
}

/** `a[i][j] = value`. An array of no dimensions gets the subscripts' number of them. */
export const setElement = (given: SqlArray | null, subscripts: readonly (number | null)[], value: Datum): SqlArray => {
  const at = subscripts.map(requiredSubscript)
  const array = given ?? SqlArray.empty
  if (array.dimensions.length === 0) {
    if (at.some((subscript) => subscript === INT32_MAX)) throw outOfBound(INT32_MAX)
    return new SqlArray(
      at.map(() => 1),
      at,
      [value],
    )
  }
  if (array.dimensions.length !== at.length) throw wrongNumber()
  const [only] = at
  if (at.length === 1 && only !== undefined) {
    const wide = stretched(array, only, only)
    return new SqlArray(
      wide.dimensions,
      wide.lowerBounds,
      wide.elements.with(only - (wide.lowerBounds[0] as number), value),
    )
  }
  let offset = 0
  for (const [i, subscript] of at.entries()) {
    const position = subscript - (array.lowerBounds[i] as number)
    const size = array.dimensions[i] as number
    if (position < 0 || position >= size) throw outOfRange()
    offset = offset * size + position
  }
  return new SqlArray(array.dimensions, array.lowerBounds, array.elements.with(offset, value))
}

/** `p[i] = value` of types of fixed length: nothing changes where the value, or what is put into it, is NULL. */
export const setPart = (type: SqlType, given: Datum, subscripts: readonly (number | null)[], value: Datum): Datum => {
  const { parts, fromParts } = type
  const [at, ...more] = subscripts.map(requiredSubscript)
  if (at === undefined || more.length > 0) throw wrongNumber()
  if (given === null || value === null || parts === undefined || fromParts === undefined) return given
  const before = parts(given)
  if (at < 0 || at >= before.length) throw outOfRange()
  return fromParts(before.with(at, value))
}

const outOfBound = (bound: number) => programLimitExceeded(`array lower bound is too large: ${bound}`)

/** A subscript of a slice; null: open. A plain subscript n among slices means 1:n. */
export interface SliceBound {
  readonly lower: number | null
  readonly upper: number | null
}

/** `a[l:u] = values`, which are taken in their order. A NULL for them changes nothing. */
export const setSlice = (
  given: SqlArray | null,
  bounds: readonly SliceBound[],
  values: SqlArray | null,
): SqlArray | null => {
  if (values === null) return given
  const array = given ?? SqlArray.empty
  if (array.dimensions.length === 0) return sliceOfNothing(bounds, values)
  if (array.dimensions.length < bounds.length) throw wrongNumber()
  const ranges = array.dimensions.map((size, i) => {
    const low = array.lowerBounds[i] as number
    const range = { from: bounds[i]?.lower ?? low, to: bounds[i]?.upper ?? low + size - 1 }
    if (range.from > range.to) throw arraySubscriptError('upper bound cannot be less than lower bound')
    const inside = range.from >= low && range.to < low + size
    if (!inside && array.dimensions.length > 1) throw outOfRange()
    return range
  })
  const count = ranges.reduce((product, { from, to }) => product * (to - from + 1), 1)
  if (values.elements.length < count) throw tooSmall()
  const [only] = ranges
  const wide = ranges.length === 1 && only !== undefined ? stretched(array, only.from, only.to) : array
  const elements = [...wide.elements]
  let next = 0
  const walk = (dimension: number, offset: number): void => {
    const range = ranges[dimension]
    if (range === undefined) {
      elements[offset] = values.elements[next++]
      return
    }
    const size = wide.dimensions[dimension] as number
    const low = wide.lowerBounds[dimension] as number
    for (let i = range.from; i <= range.to; i++) walk(dimension + 1, offset * size + i - low)
  }
  walk(0, 0)
  return new SqlArray(wide.dimensions, wide.lowerBounds, elements)
}

const tooSmall = () => arraySubscriptError('source array too small')

const sliceOfNothing = (bounds: readonly SliceBound[], values: SqlArray): SqlArray => {
  const ranges = bounds.map(({ lower, upper }) => {
    if (lower === null || upper === null) {
      throw arraySubscriptError('array slice subscript must provide both boundaries', {
        detail: 'When assigning to a slice of an empty array value, slice boundaries must be fully specified.',
      })
    }
    const size = upper - lower + 1
    if (size < 0) throw programLimitExceeded(`array size exceeds the maximum allowed (${MAX_ELEMENTS})`)
    return { lower, size }
  })
  const count = ranges.reduce((product, { size }) => product * size, 1)
  checkSize(count)
  if (values.elements.length < count) throw tooSmall()
  if (count === 0) return SqlArray.empty
  return new SqlArray(
    ranges.map(({ size }) => size),
    ranges.map(({ lower }) => lower),
    values.elements.slice(0, count),
  )
}

/** `j[key]… = value`; a NULL becomes an array or an object, and the value of NULL is json's null. */
export const setInJson = (
  given: Jsonb | null,
  path: readonly (string | null)[],
  startsArray: boolean,
  value: Jsonb | null,
): Jsonb => {
  if (path.includes(null)) throw nullValueNotAllowed('jsonb subscript in assignment must not be null')
  const root: JsonbNode = given !== null ? given.root : startsArray ? [] : new Map()
  return new Jsonb(assignAtPath(root, path as readonly string[], value?.root ?? null))
}

/** `c.field = value`. The other fields of a NULL row are NULL. */
export const setField = (type: RowType, row: SqlRecord | null, field: number, value: Datum): SqlRecord => {
  const fields = type.fields()
  const values = row === null ? fields.map(() => null) : [...row.values]
  values[field] = value
  return new SqlRecord(
    fields.map((f) => f.type),
    values,
    fields.map((f) => f.name),
  )
}
