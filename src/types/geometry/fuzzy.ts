/** Comparisons of coordinates, which forgive differences of a millionth, as all of PostgreSQL's geometry does. */
import type { Point } from './shapes.ts'

const EPSILON = 1e-6

export const isZero = (a: number): boolean => Math.abs(a) <= EPSILON
export const isEqual = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= EPSILON
export const isDifferent = (a: number, b: number): boolean => a !== b && Math.abs(a - b) > EPSILON
export const isLess = (a: number, b: number): boolean => a + EPSILON < b
export const isLessOrEqual = (a: number, b: number): boolean => a <= b + EPSILON
export const isGreater = (a: number, b: number): boolean => a > b + EPSILON
export const isGreaterOrEqual = (a: number, b: number): boolean => a + EPSILON >= b

/** Points with NaN are the same when they agree exactly. */
export const samePoint = (p: Point, q: Point): boolean =>
  [p.x, p.y, q.x, q.y].some(Number.isNaN)
    ? (p.x === q.x || (Number.isNaN(p.x) && Number.isNaN(q.x))) &&
      (p.y === q.y || (Number.isNaN(p.y) && Number.isNaN(q.y)))
    : isEqual(p.x, q.x) && isEqual(p.y, q.y)
