/** Building and subscripting array values. */
import { arraySubscriptError } from '../../errors/raise/analysis.ts'
import { SqlArray } from '../../types/array.ts'
import type { Datum } from '../../types/sql-type.ts'

/** ARRAY[…]: a one-dimensional array, or from arrays of equal shape one of a dimension more. */
export const arrayOfElements = (elements: readonly Datum[], nested: boolean): SqlArray => {
  if (!nested)
    return new SqlArray(elements.length === 0 ? [] : [elements.length], elements.length === 0 ? [] : [1], [...elements])
  const arrays = (elements as readonly (SqlArray | null)[]).filter(
    (a): a is SqlArray => a !== null && a.elements.length > 0,
  )
  const first = arrays[0]
  if (first === undefined) return new SqlArray([], [], [])
  const same = arrays.every(
    (a) =>
      a.dimensions.length === first.dimensions.length &&
      a.dimensions.every((d: number, i: number) => d === first.dimensions[i]),
  )
  if (!same || arrays.length !== elements.length) {
    throw arraySubscriptError('multidimensional arrays must have array expressions with matching dimensions')
  }
  return new SqlArray(
    [arrays.length, ...first.dimensions],
    [1, ...first.lowerBounds],
    arrays.flatMap((a) => [...a.elements]),
  )
}

/** An element; NULL outside the bounds or when the number of subscripts is not that of dimensions. */
export const elementAt = (array: SqlArray, subscripts: readonly number[]): Datum => {
  if (subscripts.length !== array.dimensions.length) return null
  let offset = 0
  for (const [i, subscript] of subscripts.entries()) {
    const size = array.dimensions[i] as number
    const at = subscript - (array.lowerBounds[i] as number)
    if (at < 0 || at >= size) return null
    offset = offset * size + at
  }
  return array.elements[offset]
}

/** A slice `[l:u]`, clipped to the array; a plain subscript n among slices means 1:n. Its lower bounds are 1. */
export const sliceOf = (
  array: SqlArray,
  bounds: readonly { readonly lower: number | null; readonly upper: number | null; readonly slice: boolean }[],
): SqlArray => {
  const empty = new SqlArray([], [], [])
  const dimensions = array.dimensions.length
  if (dimensions === 0 || bounds.length > dimensions) return empty
  const ranges = array.dimensions.map((size: number, i: number) => {
    const low = array.lowerBounds[i] as number
    const bound = bounds[i]
    if (bound === undefined) return { from: 0, count: size }
    const lower = Math.max(bound.slice ? (bound.lower ?? low) : 1, low)
    const upper = Math.min(bound.upper ?? low + size - 1, low + size - 1)
    return { from: lower - low, count: Math.max(0, upper - lower + 1) }
  })
  if (ranges.some((r) => r.count === 0)) return empty
  const elements: Datum[] = []
  const walk = (dimension: number, offset: number): void => {
    const range = ranges[dimension]
    if (range === undefined) {
      elements.push(array.elements[offset])
      return
    }
    const size = array.dimensions[dimension] as number
    for (let i = 0; i < range.count; i++) walk(dimension + 1, offset * size + range.from + i)
  }
  walk(0, 0)
  return new SqlArray(
    ranges.map((r) => r.count),
    ranges.map(() => 1),
    elements,
  )
}
