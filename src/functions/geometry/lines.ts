/** Lines: where they meet, how they lie to each other, the point of one that is closest. */
import { floatAdd, floatDiv, floatMul, floatSub } from '../../types/float-arithmetic.ts'
import { isEqual, isZero } from '../../types/geometry/fuzzy.ts'
import { lineAt } from '../../types/geometry/lines.ts'
import type { Line, Point } from '../../types/geometry/shapes.ts'
import { distance, hypotenuse, type Near } from './points.ts'

/** The meeting point with `first`, whose b is not zero. */
const meetingPoint = (first: Line, second: Line): Point | null => {
  if (isEqual(second.a, floatMul(first.a, floatDiv(second.b, first.b)))) return null
  const x = floatDiv(
    floatSub(floatMul(first.b, second.c), floatMul(second.b, first.c)),
    floatSub(floatMul(first.a, second.b), floatMul(second.a, first.b)),
  )
  const y = floatDiv(-floatAdd(floatMul(first.a, x), first.c), first.b)
  // No negative zeros.
  return { x: x === 0 ? 0 : x, y: y === 0 ? 0 : y }
}

/** Null when the lines are parallel. */
export const lineIntersection = (first: Line, second: Line): Point | null => {
  if (!isZero(first.b)) return meetingPoint(first, second)
  return isZero(second.b) ? null : meetingPoint(second, first)
}

export const arePerpendicular = (first: Line, second: Line): boolean => {
  if (isZero(first.a)) return isZero(second.b)
  if (isZero(second.a)) return isZero(first.b)
  if (isZero(first.b)) return isZero(second.a)
  if (isZero(second.b)) return isZero(first.a)
  return isEqual(floatDiv(floatMul(first.a, second.a), floatMul(first.b, second.b)), -1)
}

const sameFloat = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b))

/** Equations of one line may differ by a factor. */
export const sameLine = (first: Line, second: Line): boolean => {
  if ([first.a, first.b, first.c, second.a, second.b, second.c].some(Number.isNaN)) {
    return sameFloat(first.a, second.a) && sameFloat(first.b, second.b) && sameFloat(first.c, second.c)
  }
  const ratio = !isZero(second.a)
    ? floatDiv(first.a, second.a)
    : !isZero(second.b)
      ? floatDiv(first.b, second.b)
      : !isZero(second.c)
        ? floatDiv(first.c, second.c)
        : 1
  return (
    isEqual(first.a, floatMul(ratio, second.a)) &&
    isEqual(first.b, floatMul(ratio, second.b)) &&
    isEqual(first.c, floatMul(ratio, second.c))
  )
}

const isUsable = (a: number, b: number): boolean => !isZero(a) && !Number.isNaN(a) && !isZero(b) && !Number.isNaN(b)

export const lineDistance = (first: Line, second: Line): number => {
  if (lineIntersection(first, second) !== null) return 0
  const ratio = isUsable(first.a, second.a)
    ? floatDiv(first.a, second.a)
    : isUsable(first.b, second.b)
      ? floatDiv(first.b, second.b)
      : 1
  return floatDiv(Math.abs(floatSub(first.c, floatMul(ratio, second.c))), hypotenuse(first.a, first.b))
}

export const slopeOfLine = ({ a, b }: Line): number =>
  isZero(a) ? 0 : isZero(b) ? Number.POSITIVE_INFINITY : floatDiv(a, -b)

const inverseSlopeOfLine = ({ a, b }: Line): number =>
  isZero(a) ? Number.POSITIVE_INFINITY : isZero(b) ? 0 : floatDiv(b, a)

export const isOnLine = ({ x, y }: Point, { a, b, c }: Line): boolean =>
  isZero(floatAdd(floatAdd(floatMul(a, x), floatMul(b, y)), c))

/** The foot of the perpendicular from a point; NaN away where there is none. */
export const nearestOnLine = (line: Line, point: Point): Near => {
  const foot = lineIntersection(lineAt(point, inverseSlopeOfLine(line)), line)
  return foot === null ? { point, distance: Number.NaN } : { point: foot, distance: distance(foot, point) }
}
