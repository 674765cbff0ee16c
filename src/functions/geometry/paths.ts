/** Paths, and what polygons have in common with them: a sequence of points whose neighbours segments join. */
import { compareFloats } from '../../types/floats.ts'
import { floatAdd, floatDiv, floatMul, floatSub } from '../../types/float-arithmetic.ts'
import { isEqual, isGreater, isGreaterOrEqual, isLess, isLessOrEqual, isZero } from '../../types/geometry/fuzzy.ts'
import { type Path, type Point, polygonOf, type Segment } from '../../types/geometry/shapes.ts'
import { overlaps } from './boxes.ts'
import { distance } from './points.ts'
import { meetsSegment, nearestToPoint, nearestToSegment } from './segments.ts'

/** The segments between neighbours, that from the last to the first point ahead of them when the path is closed. */
export const segmentsOf = ({ closed, points }: Path): Segment[] => {
  const segments = points.slice(1).map((point, i): Segment => [points[i] as Point, point])
  return closed ? [[points.at(-1) as Point, points[0] as Point], ...segments] : segments
}

/** Null for open paths. */
export const pathArea = ({ closed, points }: Path): number | null => {
  if (!closed) return null
  let area = 0
  points.forEach((p, i) => {
    const q = points[(i + 1) % points.length] as Point
    area = floatSub(floatAdd(area, floatMul(p.x, q.y)), floatMul(p.y, q.x))
  })
  return floatDiv(Math.abs(area), 2)
}

export const pathLength = (path: Path): number =>
  segmentsOf(path).reduce((length, [p, q]) => floatAdd(length, distance(p, q)), 0)

export const pathsMeet = (first: Path, second: Path): boolean => {
  if (!overlaps(polygonOf(first.points).bounds, polygonOf(second.points).bounds)) return false
  const others = segmentsOf(second)
  return segmentsOf(first).some((segment) => others.some((other) => meetsSegment(segment, other) !== null))
}

/** Null when one has no segment. */
export const pathDistance = (first: Path, second: Path): number | null => {
  const others = segmentsOf(second)
  let least: number | null = null
  for (const segment of segmentsOf(first)) {
    for (const other of others) {
      const { distance: between } = nearestToSegment(segment, other)
      if (least === null || compareFloats(between, least) < 0) least = between
    }
  }
  return least
}

export const pointPathDistance = (point: Point, path: Path): number => {
  let least: number | null = null
  for (const segment of segmentsOf(path)) {
    const { distance: between } = nearestToPoint(segment, point)
    if (least === null || compareFloats(between, least) < 0) least = between
  }
  return least ?? 0
}

/** Inside a closed path, or on an open one. */
export const isOnPath = (point: Point, path: Path): boolean => {
  if (path.closed) return placeInside(point, path.points) !== 'outside'
  return segmentsOf(path).some(([p, q]) => isEqual(floatAdd(distance(point, p), distance(point, q)), distance(p, q)))
}

const ON_EDGE = Number.POSITIVE_INFINITY

/**
 * How an edge between points relative to the origin crosses the positive X axis: 2 or -2 for a crossing by its
 * direction, 1 or -1 when one end lies on the axis, 0 for none.
 */
const crossing = (point: Point, previous: Point): number => {
  if (isZero(point.y)) {
    if (isZero(point.x)) return ON_EDGE
    if (isGreater(point.x, 0)) {
      if (isZero(previous.y)) return isGreater(previous.x, 0) ? 0 : ON_EDGE
      return isLess(previous.y, 0) ? 1 : -1
    }
    return isZero(previous.y) && !isLess(previous.x, 0) ? ON_EDGE : 0
  }
  const sign = isGreater(point.y, 0) ? 1 : -1
  if (isZero(previous.y)) return isLess(previous.x, 0) ? 0 : sign
  if (sign < 0 ? isLess(previous.y, 0) : isGreater(previous.y, 0)) return 0
  if (isGreaterOrEqual(point.x, 0) && isGreater(previous.x, 0)) return 2 * sign
  if (isLess(point.x, 0) && isLessOrEqual(previous.x, 0)) return 0
  const z = floatSub(floatMul(floatSub(point.x, previous.x), point.y), floatMul(floatSub(point.y, previous.y), point.x))
  if (isZero(z)) return ON_EDGE
  return (sign < 0 ? isLess(z, 0) : isGreater(z, 0)) ? 0 : 2 * sign
}

/** Where a point lies to a polygon of these points, of which there is at least one. */
export const placeInside = (point: Point, points: readonly Point[]): 'inside' | 'outside' | 'edge' => {
  const relative = points.map(({ x, y }) => ({ x: floatSub(x, point.x), y: floatSub(y, point.y) }))
  let total = 0
  let previous = relative[0] as Point
  for (const next of [...relative.slice(1), relative[0] as Point]) {
    const crossed = crossing(next, previous)
    if (crossed === ON_EDGE) return 'edge'
    total += crossed
    previous = next
  }
  return total === 0 ? 'outside' : 'inside'
}
