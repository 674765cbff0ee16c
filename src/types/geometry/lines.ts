/** Slopes, and lines by a point and a slope. */
import { floatDiv, floatMul, floatSub } from '../float-arithmetic.ts'
import { isEqual } from './fuzzy.ts'
import type { Line, Point } from './shapes.ts'

/** Of the segment between two points: infinite when it is vertical. */
export const slope = (p: Point, q: Point): number => {
  if (isEqual(p.x, q.x)) return Number.POSITIVE_INFINITY
  if (isEqual(p.y, q.y)) return 0
  return floatDiv(floatSub(p.y, q.y), floatSub(p.x, q.x))
}

/** Of what stands perpendicular to the segment. */
export const inverseSlope = (p: Point, q: Point): number => {
  if (isEqual(p.x, q.x)) return 0
  if (isEqual(p.y, q.y)) return Number.POSITIVE_INFINITY
  return floatDiv(floatSub(p.x, q.x), floatSub(q.y, p.y))
}

/** Without a negative zero. */
const positiveZero = (value: number): number => (value === 0 ? 0 : value)

export const lineAt = ({ x, y }: Point, m: number): Line => {
  if (!Number.isFinite(m) && !Number.isNaN(m)) return { a: -1, b: 0, c: x }
  if (m === 0) return { a: 0, b: -1, c: y }
  return { a: m, b: -1, c: positiveZero(floatSub(y, floatMul(m, x))) }
}

export const lineThrough = (p: Point, q: Point): Line => lineAt(p, slope(p, q))
