/** Boxes: containment, closest points. */
import { floatMul, floatSub } from '../../types/float-arithmetic.ts'
import { compareFloats } from '../../types/floats.ts'
import { isGreaterOrEqual, isLessOrEqual } from '../../types/geometry/fuzzy.ts'
import { type Box, boxOf, type Line, type Point, type Segment } from '../../types/geometry/shapes.ts'
import { distance, middle, type Near } from './points.ts'
import { meetsLine, meetsSegment, nearer, nearestToPoint, nearestToSegment } from './segments.ts'

export const boxCenter = ({ high, low }: Box): Point => middle(high, low)
export const boxWidth = ({ high, low }: Box): number => floatSub(high.x, low.x)
export const boxHeight = ({ high, low }: Box): number => floatSub(high.y, low.y)
export const boxArea = (box: Box): number => floatMul(boxWidth(box), boxHeight(box))
export const boxDistance = (a: Box, b: Box): number => distance(boxCenter(a), boxCenter(b))

export const overlaps = (a: Box, b: Box): boolean =>
  isLessOrEqual(a.low.x, b.high.x) &&
  isLessOrEqual(b.low.x, a.high.x) &&
  isLessOrEqual(a.low.y, b.high.y) &&
  isLessOrEqual(b.low.y, a.high.y)

export const containsBox = (a: Box, b: Box): boolean =>
  isGreaterOrEqual(a.high.x, b.high.x) &&
  isLessOrEqual(a.low.x, b.low.x) &&
  isGreaterOrEqual(a.high.y, b.high.y) &&
  isLessOrEqual(a.low.y, b.low.y)

export const containsPoint = ({ high, low }: Box, { x, y }: Point): boolean =>
  high.x >= x && low.x <= x && high.y >= y && low.y <= y

const greater = (a: number, b: number): number => (compareFloats(a, b) > 0 ? a : b)
const lesser = (a: number, b: number): number => (compareFloats(a, b) < 0 ? a : b)

const upper = (a: Point, b: Point): Point => ({ x: greater(a.x, b.x), y: greater(a.y, b.y) })
const lower = (a: Point, b: Point): Point => ({ x: lesser(a.x, b.x), y: lesser(a.y, b.y) })

export const boxIntersection = (a: Box, b: Box): Box | null =>
  overlaps(a, b) ? { high: lower(a.high, b.high), low: upper(a.low, b.low) } : null

export const boundingBox = (a: Box, b: Box): Box => ({ high: upper(a.high, b.high), low: lower(a.low, b.low) })

/** Left, top, bottom, right. */
const sides = ({ high, low }: Box): readonly Segment[] => {
  const topLeft = { x: low.x, y: high.y }
  const bottomRight = { x: high.x, y: low.y }
  return [
    [low, topLeft],
    [high, topLeft],
    [low, bottomRight],
    [high, bottomRight],
  ]
}

/** Of the box, to a point. */
export const nearestOfBox = (box: Box, point: Point): Near =>
  containsPoint(box, point)
    ? { point, distance: 0 }
    : sides(box)
        .map((side) => nearestToPoint(side, point))
        .reduce(nearer)

export const segmentMeetsBox = (segment: Segment, box: Box): boolean => {
  const [p, q] = segment
  if (!overlaps(boxOf(p, q), box)) return false
  return (
    containsPoint(box, p) || containsPoint(box, q) || sides(box).some((side) => meetsSegment(side, segment) !== null)
  )
}

export const lineMeetsBox = (line: Line, box: Box): boolean => sides(box).some((side) => meetsLine(side, line) !== null)

/** To a segment: where they meet it is the segment's point closest to the box's center. */
export const nearestOfBoxToSegment = (box: Box, segment: Segment): Near =>
  segmentMeetsBox(segment, box)
    ? { point: nearestToPoint(segment, boxCenter(box)).point, distance: 0 }
    : sides(box)
        .map((side) => nearestToSegment(side, segment))
        .reduce(nearer)
