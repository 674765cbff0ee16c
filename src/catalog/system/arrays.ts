/** Array datums in the rows of system relations. */
import { SqlArray } from '../../types/array.ts'
import type { Datum } from '../../types/sql-type.ts'
import { fixedVector } from '../../types/vectors.ts'

export const textArray = (elements: readonly string[]): SqlArray => SqlArray.of(elements)

export const arrayOf = (elements: readonly Datum[]): SqlArray => SqlArray.of(elements)

/** int2vector and oidvector, whose subscripts start at 0. */
export const vector = (elements: readonly number[]): SqlArray => fixedVector(elements)
