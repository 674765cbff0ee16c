/** Reading by subscripts: elements and slices of arrays, values in jsonb. */
import { datatypeMismatch, featureNotSupported, programLimit, type Location } from '../errors/raise/analysis.ts'
import { functionByOid } from '../functions/index.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import { coerce, tryCoerce } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { arrayOf } from './polymorphic.ts'

/** A subscript as written. */
export interface WrittenIndex {
  readonly lower: Expr | null
  readonly upper: Expr | null
  readonly slice: boolean
  readonly location: Location
}

/** Most dimensions that an array has. */
const MAX_DIMENSIONS = 6

export const subscript = (
  context: AnalysisContext,
  given: Expr,
  indices: readonly WrittenIndex[],
  location: Location,
): Expr => {
  const base = baseTypeOf(given.type)
  const arg: Expr = base === given.type ? given : { kind: 'relabel', arg: given, type: base, typmod: given.typmod }
  if (base.oid === OID.jsonb) return jsonbSubscript(context, arg, indices, location)
  const { element } = base
  if (element === null) {
    throw datatypeMismatch(
      `cannot subscript type ${formatType(given.type, -1)} because it does not support subscripting`,
      location,
    )
  }
  const int4 = context.typeOf(OID.int4)
  const fit = (e: Expr | null, at: Location): Expr | null => {
    if (e === null) return null
    const fitted = tryCoerce(context, e, int4, -1, 'assignment', at)
    if (fitted === null) throw datatypeMismatch('array subscript must have type integer', at)
    return fitted
  }
  const slice = indices.some((i) => i.slice)
  const fitted = indices.map((i) => ({
    lower: fit(i.lower, i.location),
    upper: fit(i.upper, i.location),
    slice: i.slice,
  }))
  if (slice && base.length > 0) throw featureNotSupported('slices of fixed-length arrays not implemented')
  if (indices.length > MAX_DIMENSIONS) {
    throw programLimit(`number of array dimensions (${indices.length}) exceeds the maximum allowed (${MAX_DIMENSIONS})`)
  }
  return { kind: 'subscript', arg, indices: fitted, type: slice ? base : element, typmod: given.typmod }
}

/** Subscripts of jsonb as a path of texts, and whether the first is a number. Throws for slices and other types. */
export const jsonbPath = (
  context: AnalysisContext,
  indices: readonly WrittenIndex[],
): { readonly path: readonly Expr[]; readonly startsArray: boolean } => {
  const text = context.typeOf(OID.text)
  const int4 = context.typeOf(OID.int4)
  const slice = indices.find((index) => index.slice)
  if (slice !== undefined) throw datatypeMismatch('jsonb subscript does not support slices', slice.location)
  const numeric = indices.map(({ upper }) => upper !== null && NUMBERS.has(upper.type.oid))
  const path = indices.map(({ upper, location }, i) => {
    const step = upper as Expr
    const { oid } = step.type
    if (oid === OID.unknown) return coerce(context, step, text, -1, 'implicit', location)
    const number = numeric[i] === true ? tryCoerce(context, step, int4, -1, 'assignment', location) : null
    const key = number ?? tryCoerce(context, step, text, -1, 'implicit', location)
    if (key === null) {
      throw datatypeMismatch(`subscript type ${formatType(step.type, -1)} is not supported`, location, {
        hint: 'jsonb subscript must be coercible to either integer or text.',
      })
    }
    return coerce(context, key, text, -1, 'explicit', location)
  })
  return { path, startsArray: numeric[0] === true }
}

const NUMBERS = new Set<number>([OID.int2, OID.int4])

/** jsonb[…]: the value at a path of keys and positions (function jsonb_extract_path). */
const jsonbSubscript = (
  context: AnalysisContext,
  arg: Expr,
  indices: readonly WrittenIndex[],
  location: Location,
): Expr => {
  const { path } = jsonbPath(context, indices)
  const fn = functionByOid(JSONB_EXTRACT_PATH)
  if (fn?.kind !== 'scalar') throw featureNotSupported('jsonb subscripting is not supported', location)
  const type = arrayOf(context.catalog, context.typeOf(OID.text), location)
  const array: Expr = { kind: 'array', elements: path, nested: false, type, typmod: -1 }
  return { kind: 'call', function: fn, args: [arg, array], operator: null, cast: false, type: arg.type, typmod: -1 }
}

/** pg_proc oid of jsonb_extract_path(jsonb, VARIADIC text[]). */
const JSONB_EXTRACT_PATH = 3217
