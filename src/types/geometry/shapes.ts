/** Shapes of the plane: the datums of point, lseg, line, box, path, polygon and circle. */

export interface Point {
  readonly x: number
  readonly y: number
}

/** A line segment between two points. */
export type Segment = readonly [Point, Point]

/** The points where ax + by + c = 0. */
export interface Line {
  readonly a: number
  readonly b: number
  readonly c: number
}

/** A rectangle by its upper right and lower left corners. */
export interface Box {
  readonly high: Point
  readonly low: Point
}

export interface Path {
  readonly closed: boolean
  readonly points: readonly Point[]
}

/** A polygon with the smallest box around it. */
export interface Polygon {
  readonly points: readonly Point[]
  readonly bounds: Box
}

export interface Circle {
  readonly center: Point
  readonly radius: number
}

const greater = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b))

/** The box of two opposite corners. */
export const boxOf = (a: Point, b: Point): Box => {
  const [highX, lowX] = greater(a.x, b.x) ? [a.x, b.x] : [b.x, a.x]
  const [highY, lowY] = greater(a.y, b.y) ? [a.y, b.y] : [b.y, a.y]
  return { high: { x: highX, y: highY }, low: { x: lowX, y: lowY } }
}

/** The smallest box around points, of which there is at least one. */
const boundsOf = (points: readonly Point[]): Box => {
  const { x, y } = points[0] as Point
  let [lowX, lowY, highX, highY] = [x, y, x, y]
  for (const point of points) {
    if (greater(lowX, point.x)) lowX = point.x
    if (greater(point.x, highX)) highX = point.x
    if (greater(lowY, point.y)) lowY = point.y
    if (greater(point.y, highY)) highY = point.y
  }
  return { high: { x: highX, y: highY }, low: { x: lowX, y: lowY } }
}

export const polygonOf = (points: readonly Point[]): Polygon => ({ points, bounds: boundsOf(points) })
