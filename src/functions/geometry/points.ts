/** Points: distances, and arithmetic as of complex numbers. */
import { floatOverflow, floatUnderflow } from '../../errors/raise/data.ts'
import { floatAdd, floatDiv, floatMul, floatSub } from '../../types/float-arithmetic.ts'
import type { Point } from '../../types/geometry/shapes.ts'

/** The hypotenuse without overflow in between. */
export const hypotenuse = (a: number, b: number): number => {
  if (Math.abs(a) === Number.POSITIVE_INFINITY || Math.abs(b) === Number.POSITIVE_INFINITY) {
    return Number.POSITIVE_INFINITY
  }
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN
  const [longer, shorter] = Math.abs(a) < Math.abs(b) ? [Math.abs(b), Math.abs(a)] : [Math.abs(a), Math.abs(b)]
  if (shorter === 0) return longer
  const ratio = shorter / longer
  const result = longer * Math.sqrt(1 + ratio * ratio)
  if (result === Number.POSITIVE_INFINITY) throw floatOverflow()
  if (result === 0) throw floatUnderflow()
  return result
}

export const distance = (p: Point, q: Point): number => hypotenuse(floatSub(p.x, q.x), floatSub(p.y, q.y))

export const addPoints = (p: Point, q: Point): Point => ({ x: floatAdd(p.x, q.x), y: floatAdd(p.y, q.y) })

export const subtractPoints = (p: Point, q: Point): Point => ({ x: floatSub(p.x, q.x), y: floatSub(p.y, q.y) })

/** Turns and scales. */
export const multiplyPoints = (p: Point, q: Point): Point => ({
  x: floatSub(floatMul(p.x, q.x), floatMul(p.y, q.y)),
  y: floatAdd(floatMul(p.x, q.y), floatMul(p.y, q.x)),
})

export const dividePoints = (p: Point, q: Point): Point => {
  const divisor = floatAdd(floatMul(q.x, q.x), floatMul(q.y, q.y))
  return {
    x: floatDiv(floatAdd(floatMul(p.x, q.x), floatMul(p.y, q.y)), divisor),
    y: floatDiv(floatSub(floatMul(p.y, q.x), floatMul(p.x, q.y)), divisor),
  }
}

export const middle = (p: Point, q: Point): Point => ({
  x: floatDiv(floatAdd(p.x, q.x), 2),
  y: floatDiv(floatAdd(p.y, q.y), 2),
})

/** A point of one shape that is closest to another, and how far it is. */
export interface Near {
  readonly point: Point
  readonly distance: number
}
