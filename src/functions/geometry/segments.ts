/** Line segments: meeting points, closest points and their distances. */
import { compareFloats } from '../../types/floats.ts'
import { isEqual, samePoint } from '../../types/geometry/fuzzy.ts'
import { inverseSlope, lineAt, slope } from '../../types/geometry/lines.ts'
import type { Line, Point, Segment } from '../../types/geometry/shapes.ts'
import { lineIntersection, nearestOnLine } from './lines.ts'
import { distance, type Near } from './points.ts'

export const segmentSlope = ([p, q]: Segment): number => slope(p, q)

export const isParallel = (first: Segment, second: Segment): boolean =>
  isEqual(segmentSlope(first), segmentSlope(second))

export const isPerpendicular = (first: Segment, second: Segment): boolean =>
  isEqual(segmentSlope(first), inverseSlope(...second))

export const isOnSegment = (point: Point, [p, q]: Segment): boolean =>
  isEqual(distance(point, p) + distance(point, q), distance(p, q))

/** Where a segment meets a line; its own end points come out as they are. */
export const meetsLine = (segment: Segment, line: Line): Point | null => {
  const [p, q] = segment
  const point = lineIntersection(lineAt(p, segmentSlope(segment)), line)
  if (point === null || !isOnSegment(point, segment)) return null
  return samePoint(p, point) ? p : samePoint(q, point) ? q : point
}

export const meetsSegment = (first: Segment, second: Segment): Point | null => {
  const point = meetsLine(first, lineAt(second[0], segmentSlope(second)))
  return point !== null && isOnSegment(point, second) ? point : null
}

/** The nearer of two; the first one when neither is. */
export const nearer = (first: Near, second: Near): Near =>
  compareFloats(second.distance, first.distance) < 0 ? second : first

/** On the segment, to a line. */
export const nearestToLine = (segment: Segment, line: Line): Near => {
  const point = meetsLine(segment, line)
  if (point !== null) return { point, distance: 0 }
  const [p, q] = segment
  const toP = nearestOnLine(line, p).distance
  const toQ = nearestOnLine(line, q).distance
  return toP < toQ ? { point: p, distance: toP } : { point: q, distance: toQ }
}

/** On the segment, to a point. */
export const nearestToPoint = (segment: Segment, point: Point): Near => {
  const foot = nearestToLine(segment, lineAt(point, inverseSlope(...segment))).point
  return { point: foot, distance: distance(foot, point) }
}

/** On the first segment, to the second. */
export const nearestToSegment = (first: Segment, second: Segment): Near => {
  const meeting = meetsSegment(first, second)
  if (meeting !== null) return { point: meeting, distance: 0 }
  return [
    nearestToPoint(first, second[0]),
    nearestToPoint(first, second[1]),
    { point: first[0], distance: nearestToPoint(second, first[0]).distance },
    { point: first[1], distance: nearestToPoint(second, first[1]).distance },
  ].reduce(nearer)
}
