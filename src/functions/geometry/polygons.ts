/** Polygons and circles: containment, overlap, conversion into each other. */
import { compareFloats } from '../../types/floats.ts'
import { circleWithoutRadius, tooFewPoints } from '../../errors/raise/geometry.ts'
import { floatAdd, floatDiv, floatMul, floatSub } from '../../types/float-arithmetic.ts'
import { isZero, samePoint } from '../../types/geometry/fuzzy.ts'
import {
  type Box,
  type Circle,
  type Path,
  type Point,
  type Polygon,
  polygonOf,
  type Segment,
} from '../../types/geometry/shapes.ts'
import { boxCenter, containsBox, overlaps } from './boxes.ts'
import { pathDistance, placeInside, segmentsOf } from './paths.ts'
import { addPoints, distance, middle } from './points.ts'
import { isOnSegment, meetsSegment, nearestToPoint } from './segments.ts'

const outline = ({ points }: Polygon): Path => ({ closed: true, points })

export const isInside = (point: Point, { points }: Polygon): boolean => placeInside(point, points) !== 'outside'

/** The same points in the same or the opposite sequence, from wherever they begin. */
export const samePolygon = ({ points: a }: Polygon, { points: b }: Polygon): boolean => {
  const n = a.length
  if (n !== b.length) return false
  const follows = (start: number, step: 1 | -1): boolean =>
    a.every((point, i) => samePoint(b[(start + step * i + n * (i + 1)) % n] as Point, point))
  return b.some((_, start) => follows(start, 1) || follows(start, -1))
}

export const polygonsOverlap = (a: Polygon, b: Polygon): boolean => {
  if (!overlaps(a.bounds, b.bounds)) return false
  const edges = segmentsOf(outline(b))
  return (
    segmentsOf(outline(a)).some((edge) => edges.some((other) => meetsSegment(edge, other) !== null)) ||
    isInside(a.points[0] as Point, b) ||
    isInside(b.points[0] as Point, a)
  )
}

/** Edges of a polygon that are still to be looked at, as a segment is cut where it meets them. */
class Cutter {
  readonly #polygon: Polygon
  readonly #edges: readonly Segment[]

  constructor(polygon: Polygon) {
    this.#polygon = polygon
    this.#edges = segmentsOf(outline(polygon))
  }

  /** Whether a segment lies inside, looking at edges from a number on. */
  contains(segment: Segment, from = 0): boolean {
    const [p, q] = segment
    for (let i = from; i < this.#edges.length; i++) {
      const edge = this.#edges[i] as Segment
      if (isOnSegment(p, edge)) {
        if (isOnSegment(q, edge)) return true
        if (!this.#containsTouching(p, q, edge, i + 1)) return false
      } else if (isOnSegment(q, edge)) {
        if (!this.#containsTouching(q, p, edge, i + 1)) return false
      } else {
        const cut = meetsSegment(segment, edge)
        if (cut !== null) return this.contains([p, cut], i + 1) && this.contains([q, cut], i + 1)
      }
    }
    return isInside(middle(p, q), this.#polygon)
  }

  /** The same of a segment whose first end lies on an edge: what goes beyond the edge's own ends is looked at apart. */
  #containsTouching(touching: Point, other: Point, [start, end]: Segment, from: number): boolean {
    const segment: Segment = [touching, other]
    if (samePoint(touching, start)) return !isOnSegment(end, segment) || this.contains([other, end], from)
    if (samePoint(touching, end)) return !isOnSegment(start, segment) || this.contains([other, start], from)
    if (isOnSegment(start, segment)) return this.contains([other, start], from)
    if (isOnSegment(end, segment)) return this.contains([other, end], from)
    return true
  }
}

export const containsPolygon = (outer: Polygon, inner: Polygon): boolean => {
  if (!containsBox(outer.bounds, inner.bounds)) return false
  const cutter = new Cutter(outer)
  return segmentsOf(outline(inner)).every((edge) => cutter.contains(edge))
}

export const polygonDistance = (a: Polygon, b: Polygon): number | null =>
  polygonsOverlap(a, b) ? 0 : pathDistance(outline(a), outline(b))

export const pointPolygonDistance = (point: Point, polygon: Polygon): number =>
  isInside(point, polygon)
    ? 0
    : segmentsOf(outline(polygon))
        .map((edge) => nearestToPoint(edge, point).distance)
        .reduce((least, next) => (compareFloats(next, least) < 0 ? next : least))

export const circlePolygonDistance = ({ center, radius }: Circle, polygon: Polygon): number => {
  const between = floatSub(pointPolygonDistance(center, polygon), radius)
  return between < 0 ? 0 : between
}

/** Around the mean of the points, by their mean distance from it. */
export const circleOfPolygon = ({ points }: Polygon): Circle => {
  const count = points.length
  const sum = points.reduce(addPoints, { x: 0, y: 0 })
  const center = { x: floatDiv(sum.x, count), y: floatDiv(sum.y, count) }
  const total = points.reduce((length, point) => floatAdd(length, distance(point, center)), 0)
  return { center, radius: floatDiv(total, count) }
}

export const polygonOfBox = ({ high, low }: Box): Polygon => ({
  points: [low, { x: low.x, y: high.y }, high, { x: high.x, y: low.y }],
  bounds: { high, low },
})

export const boxOfCircle = ({ center, radius }: Circle): Box => {
  const delta = floatDiv(radius, Math.SQRT2)
  return {
    high: { x: floatAdd(center.x, delta), y: floatAdd(center.y, delta) },
    low: { x: floatSub(center.x, delta), y: floatSub(center.y, delta) },
  }
}

export const circleOfBox = (box: Box): Circle => {
  const center = boxCenter(box)
  return { center, radius: distance(center, box.high) }
}

/** A regular polygon in a circle. Throws 0A000, 22023. */
export const polygonOfCircle = (count: number, { center, radius }: Circle): Polygon => {
  if (isZero(radius)) throw circleWithoutRadius()
  if (count < 2) throw tooFewPoints()
  const step = floatDiv(2 * Math.PI, count)
  return polygonOf(
    Array.from({ length: count }, (_, i) => {
      const angle = floatMul(step, i)
      return {
        x: floatSub(center.x, floatMul(radius, Math.cos(angle))),
        y: floatAdd(center.y, floatMul(radius, Math.sin(angle))),
      }
    }),
  )
}
