/** Arrays: shape, search, editing, containment. */
import { noEqualityOperator } from '../../errors/raise/analysis.ts'
import {
  arraySubscriptError,
  programLimitExceeded,
  incompatibleArrays,
  dataException,
  featureNotSupported,
  nullValueNotAllowed,
} from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import { formatType } from '../../types/index.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { scalar, typedScalar } from '../define.ts'
import type { CallTypes, ScalarFunction } from '../records.ts'

const lowerBound = (array: SqlArray, dimension: number): number | null => array.lowerBounds[dimension - 1] ?? null

const upperBound = (array: SqlArray, dimension: number): number | null => {
  const lower = array.lowerBounds[dimension - 1]
  return lower === undefined ? null : lower + (array.dimensions[dimension - 1] as number) - 1
}

const arrayLength = (array: SqlArray, dimension: number): number | null => array.dimensions[dimension - 1] ?? null

const shapeFunctions: readonly ScalarFunction[] = [
  scalar(748, 'array_ndims(anyarray) int4', 'number of dimensions', (a: SqlArray) => a.dimensions.length || null),
  scalar(747, 'array_dims(anyarray) text', 'dimensions as text', (a: SqlArray) =>
    a.dimensions.length === 0
      ? null
      : a.dimensions.map((_, i) => `[${a.lowerBounds[i]}:${upperBound(a, i + 1)}]`).join(''),
  ),
  scalar(2176, 'array_length(anyarray, int4) int4', 'length of a dimension', arrayLength),
  scalar(2091, 'array_lower(anyarray, int4) int4', 'lower bound of a dimension', lowerBound),
  scalar(2092, 'array_upper(anyarray, int4) int4', 'upper bound of a dimension', upperBound),
  scalar(3179, 'cardinality(anyarray) int4', 'number of elements', (a: SqlArray) => a.elements.length),
]

/** Appends or prepends one element to an array of at most one dimension. */
const extend = (array: SqlArray | null, element: Datum, atEnd: boolean): SqlArray => {
  if (array === null || array.dimensions.length === 0) return SqlArray.of([element])
  if (array.dimensions.length > 1) throw dataException('argument must be empty or one-dimensional array')
  const elements = atEnd ? [...array.elements, element] : [element, ...array.elements]
  return new SqlArray([elements.length], array.lowerBounds, elements)
}

/** Joins arrays of equal depth, or an array and one of its sub-arrays. */
const concatenate = (a: SqlArray | null, b: SqlArray | null): SqlArray | null => {
  if (a === null || b === null) return a ?? b
  if (a.dimensions.length === 0) return b
  if (b.dimensions.length === 0) return a
  const depth = Math.max(a.dimensions.length, b.dimensions.length)
  if (Math.abs(a.dimensions.length - b.dimensions.length) > 1)
    throw incompatibleArrays(a.dimensions.length, b.dimensions.length)
  const shape = (array: SqlArray): readonly number[] =>
    array.dimensions.length === depth ? array.dimensions : [1, ...array.dimensions]
  const [x, y] = [shape(a), shape(b)]
  const innerBounds = (array: SqlArray): readonly number[] =>
    array.dimensions.length === depth ? array.lowerBounds.slice(1) : array.lowerBounds
  const [low, lower] = [innerBounds(a), innerBounds(b)]
  if (x.slice(1).some((length, i) => length !== y[i + 1] || low[i] !== lower[i]))
    throw incompatibleArrays(a.dimensions.length, b.dimensions.length)
  const outer = a.dimensions.length >= b.dimensions.length ? a : b
  return new SqlArray([(x[0] as number) + (y[0] as number), ...x.slice(1)], outer.lowerBounds, [
    ...a.elements,
    ...b.elements,
  ])
}

/** Equality of the elements of the first argument. */
const elementEquality = ({ args }: CallTypes): ((a: Datum, b: Datum) => boolean) => {
  const { element } = args[0] as SqlType
  const compare = element?.compare
  if (element?.hashKey === null) throw noEqualityOperator(formatType(element, -1))
  return (a, b) => a !== null && b !== null && (compare?.(a, b) ?? 1) === 0
}

const matches = (equal: (a: Datum, b: Datum) => boolean, element: Datum, wanted: Datum): boolean =>
  wanted === null ? element === null : equal(element, wanted)

const requireOneDimension = (array: SqlArray, message: string): void => {
  if (array.dimensions.length > 1) throw featureNotSupported(message)
}

const SEARCH_MESSAGE = 'searching for elements in multidimensional arrays is not supported'

const position = (types: CallTypes) => {
  const equal = elementEquality(types)
  return (_context: unknown, array: SqlArray | null, wanted: Datum, start: number | null = 1): number | null => {
    if (array === null || array.dimensions.length === 0) return null
    requireOneDimension(array, SEARCH_MESSAGE)
    if (wanted === null && !array.elements.includes(null)) return null
    if (start === null) throw nullValueNotAllowed('initial position must not be null')
    const lower = array.lowerBounds[0] ?? 1
    for (let i = Math.max(start - lower, 0); i < array.elements.length; i++) {
      if (matches(equal, array.elements[i], wanted)) return i + lower
    }
    return null
  }
}

const NOT_STRICT = { strict: false } as const

const searchFunctions: readonly ScalarFunction[] = [
  typedScalar(
    3277,
    'array_position(anycompatiblearray, anycompatible) int4',
    'position of an element',
    position,
    NOT_STRICT,
  ),
  typedScalar(
    3278,
    'array_position(anycompatiblearray, anycompatible, int4) int4',
    'position of an element',
    position,
    NOT_STRICT,
  ),
  typedScalar(
    3279,
    'array_positions(anycompatiblearray, anycompatible) int4[]',
    'all positions of an element',
    (types) => {
      const equal = elementEquality(types)
      return (_context, array: SqlArray | null, wanted) => {
        if (array === null) return null
        requireOneDimension(array, SEARCH_MESSAGE)
        const lower = array.lowerBounds[0] ?? 1
        return SqlArray.of(array.elements.flatMap((element, i) => (matches(equal, element, wanted) ? [i + lower] : [])))
      }
    },
    NOT_STRICT,
  ),
]

const editFunctions: readonly ScalarFunction[] = [
  scalar(
    378,
    'array_append(anycompatiblearray, anycompatible) anycompatiblearray',
    'add an element at the end',
    (array, element) => extend(array, element, true),
    NOT_STRICT,
  ),
  scalar(
    379,
    'array_prepend(anycompatible, anycompatiblearray) anycompatiblearray',
    'add an element at the start',
    (element, array) => extend(array, element, false),
    NOT_STRICT,
  ),
  scalar(
    383,
    'array_cat(anycompatiblearray, anycompatiblearray) anycompatiblearray',
    'join arrays',
    concatenate,
    NOT_STRICT,
  ),
  typedScalar(
    3167,
    'array_remove(anycompatiblearray, anycompatible) anycompatiblearray',
    'remove an element wherever it stands',
    (types) => {
      const equal = elementEquality(types)
      return (_context, array: SqlArray | null, unwanted) => {
        if (array === null) return null
        requireOneDimension(array, 'removing elements from multidimensional arrays is not supported')
        const kept = array.elements.filter((element) => !matches(equal, element, unwanted))
        return kept.length === 0 ? SqlArray.empty : new SqlArray([kept.length], array.lowerBounds, kept)
      }
    },
    NOT_STRICT,
  ),
  typedScalar(
    3168,
    'array_replace(anycompatiblearray, anycompatible, anycompatible) anycompatiblearray',
    'replace an element wherever it stands',
    (types) => {
      const equal = elementEquality(types)
      return (_context, array: SqlArray | null, from, to) =>
        array === null
          ? null
          : new SqlArray(
              array.dimensions,
              array.lowerBounds,
              array.elements.map((element) => (matches(equal, element, from) ? to : element)),
            )
    },
    NOT_STRICT,
  ),
  scalar(
    6172,
    'trim_array(anyarray, int4) anyarray',
    'leave off elements at the end',
    (array: SqlArray, count: number) => {
      const length = array.dimensions[0] ?? 0
      if (count < 0 || count > length) {
        throw arraySubscriptError(`number of elements to trim must be between 0 and ${length}`)
      }
      const width = length === 0 ? 0 : array.elements.length / length
      return length === count
        ? SqlArray.empty
        : new SqlArray(
            [length - count, ...array.dimensions.slice(1)],
            array.dimensions.map(() => 1),
            array.elements.slice(0, (length - count) * width),
          )
    },
  ),
  scalar(1193, 'array_fill(anyelement, int4[]) anyarray', 'an array of one value', fill, NOT_STRICT),
  scalar(1286, 'array_fill(anyelement, int4[], int4[]) anyarray', 'an array of one value', fill, NOT_STRICT),
]

const MAX_DIMENSIONS = 6
const MAX_ELEMENTS = 134_217_727

function fill(value: Datum, dimensions: SqlArray | null, lowerBounds: SqlArray | null | undefined): SqlArray {
  if (dimensions === null || lowerBounds === null) {
    throw nullValueNotAllowed('dimension array or low bound array cannot be null')
  }
  if (dimensions.dimensions.length > 1) {
    throw arraySubscriptError('wrong number of array subscripts', {
      detail: 'Dimension array must be one dimensional.',
    })
  }
  const lengths = dimensions.elements as readonly (number | null)[]
  if (lengths.includes(null)) throw nullValueNotAllowed('dimension values cannot be null')
  const lower = lowerBounds?.elements ?? lengths.map(() => 1)
  if (lower.length !== lengths.length) {
    throw arraySubscriptError('wrong number of array subscripts')
  }
  if (lower.includes(null)) throw nullValueNotAllowed('dimension values cannot be null')
  if (lengths.length > MAX_DIMENSIONS) {
    throw programLimitExceeded(
      `number of array dimensions (${lengths.length}) exceeds the maximum allowed (${MAX_DIMENSIONS})`,
    )
  }
  const count = lengths.length === 0 ? 0 : (lengths as number[]).reduce((product, length) => product * length, 1)
  if (count > MAX_ELEMENTS) throw programLimitExceeded(`array size exceeds the maximum allowed (${MAX_ELEMENTS})`)
  return count === 0
    ? SqlArray.empty
    : new SqlArray(
        lengths as number[],
        lower,
        Array.from({ length: count }, () => value),
      )
}

/** Keys of the elements that are not NULL. */
const keysOf = ({ args }: CallTypes): ((array: SqlArray) => Set<unknown>) => {
  const { element } = args[0] as SqlType
  const hashKey = element?.hashKey
  if (element?.hashKey === null) throw noEqualityOperator(formatType(element, -1))
  return (array) => new Set(array.elements.filter((element) => element !== null).map((element) => hashKey?.(element)))
}

/** Whether `outer` has every element of `inner`; a NULL is nowhere contained. */
const contains = (types: CallTypes): ((outer: SqlArray, inner: SqlArray) => boolean) => {
  const keys = keysOf(types)
  return (outer, inner) => {
    if (inner.elements.includes(null)) return false
    const present = keys(outer)
    return [...keys(inner)].every((key) => present.has(key))
  }
}

const containmentFunctions: readonly ScalarFunction[] = [
  typedScalar(2747, 'arrayoverlap(anyarray, anyarray) bool', 'whether arrays share an element', (types) => {
    const keys = keysOf(types)
    return (_context, a, b) => {
      const present = keys(a)
      return [...keys(b)].some((key) => present.has(key))
    }
  }),
  typedScalar(
    2748,
    'arraycontains(anyarray, anyarray) bool',
    'whether an array has all elements of another',
    (types) => {
      const containing = contains(types)
      return (_context, a, b) => containing(a, b)
    },
  ),
  typedScalar(2749, 'arraycontained(anyarray, anyarray) bool', 'whether all elements are in another array', (types) => {
    const containing = contains(types)
    return (_context, a, b) => containing(b, a)
  }),
]

const toText = ({ args }: CallTypes) => {
  const element = (args[0] as SqlType).element as SqlType
  return (
    context: Parameters<ReturnType<ScalarFunction['specialize'] & {}>>[0],
    array: SqlArray | null,
    separator: string | null,
    nullText: string | null = null,
  ): string | null => {
    if (array === null || separator === null) return null
    return array.elements
      .map((value) => (value === null ? nullText : element.format(value, context.format)))
      .filter((text) => text !== null)
      .join(separator)
  }
}

export const arrayFunctions: readonly ScalarFunction[] = [
  ...shapeFunctions,
  ...searchFunctions,
  ...editFunctions,
  ...containmentFunctions,
  typedScalar(395, 'array_to_string(anyarray, text) text', 'texts of the elements joined', toText, {
    volatility: 'stable',
  }),
  typedScalar(
    384,
    'array_to_string(anyarray, text, text) text',
    'texts of the elements joined, NULLs as given',
    toText,
    {
      volatility: 'stable',
      strict: false,
    },
  ),
]
