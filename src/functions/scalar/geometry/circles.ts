/** Functions of circles. */
import { floatAdd, floatDiv, floatMul, floatSub } from '../../../types/float-arithmetic.ts'
import {
  isDifferent,
  isEqual,
  isGreater,
  isGreaterOrEqual,
  isLess,
  isLessOrEqual,
  samePoint,
} from '../../../types/geometry/fuzzy.ts'
import type { Circle, Point } from '../../../types/geometry/shapes.ts'
import { scalar } from '../../define.ts'
import { addPoints, distance, dividePoints, hypotenuse, multiplyPoints, subtractPoints } from '../../geometry/points.ts'
import { boxOfCircle, circleOfBox } from '../../geometry/polygons.ts'
import type { ScalarFunction } from '../../records.ts'

const area = ({ radius }: Circle): number => floatMul(floatMul(radius, radius), Math.PI)

const byArea =
  (relation: (a: number, b: number) => boolean) =>
  (a: Circle, b: Circle): boolean =>
    relation(area(a), area(b))

const left = ({ center, radius }: Circle): number => floatSub(center.x, radius)
const right = ({ center, radius }: Circle): number => floatAdd(center.x, radius)
const bottom = ({ center, radius }: Circle): number => floatSub(center.y, radius)
const top = ({ center, radius }: Circle): number => floatAdd(center.y, radius)

const sameRadius = (a: Circle, b: Circle): boolean =>
  isEqual(a.radius, b.radius) || (Number.isNaN(a.radius) && Number.isNaN(b.radius))

const contains = (a: Circle, b: Circle): boolean =>
  isLessOrEqual(distance(a.center, b.center), floatSub(a.radius, b.radius))

const containsPoint = ({ center, radius }: Circle, point: Point): boolean => distance(center, point) <= radius

const overlaps = (a: Circle, b: Circle): boolean =>
  isLessOrEqual(distance(a.center, b.center), floatAdd(a.radius, b.radius))

const atLeastZero = (value: number): number => (value < 0 ? 0 : value)

const between = (a: Circle, b: Circle): number =>
  atLeastZero(floatSub(distance(a.center, b.center), floatAdd(a.radius, b.radius)))

const toPoint = ({ center, radius }: Circle, point: Point): number =>
  atLeastZero(floatSub(distance(center, point), radius))

const multiplied = ({ center, radius }: Circle, by: Point): Circle => ({
  center: multiplyPoints(center, by),
  radius: floatMul(radius, hypotenuse(by.x, by.y)),
})

const divided = ({ center, radius }: Circle, by: Point): Circle => ({
  center: dividePoints(center, by),
  radius: floatDiv(radius, hypotenuse(by.x, by.y)),
})

const center = (circle: Circle): Point => circle.center

type Relation = (a: Circle, b: Circle) => boolean

const isOverLeft: Relation = (a, b) => isLessOrEqual(right(a), right(b))
const isOverRight: Relation = (a, b) => isGreaterOrEqual(left(a), left(b))
const isOverBelow: Relation = (a, b) => isLessOrEqual(top(a), top(b))
const isOverAbove: Relation = (a, b) => isGreaterOrEqual(bottom(a), bottom(b))

export const circleFunctions: readonly ScalarFunction[] = [
  scalar(
    1473,
    'circle(point, float8) circle',
    'circle of center and radius',
    (point, radius): Circle => ({
      center: point,
      radius,
    }),
  ),
  scalar(
    1452,
    'circle_same(circle, circle) bool',
    'same as',
    (a, b) => sameRadius(a, b) && samePoint(a.center, b.center),
  ),
  scalar(1453, 'circle_contain(circle, circle) bool', 'contains', contains),
  scalar(1458, 'circle_contained(circle, circle) bool', 'is contained by', (a, b) => contains(b, a)),
  scalar(1477, 'circle_contain_pt(circle, point) bool', 'contains', containsPoint),
  scalar(1478, 'pt_contained_circle(point, circle) bool', 'is contained by', (a, b) => containsPoint(b, a)),
  scalar(1459, 'circle_overlap(circle, circle) bool', 'overlaps', overlaps),
  scalar(1454, 'circle_left(circle, circle) bool', 'is left of', (a, b) => isLess(right(a), left(b))),
  scalar(1455, 'circle_overleft(circle, circle) bool', 'overlaps or is left of', isOverLeft),
  scalar(1457, 'circle_right(circle, circle) bool', 'is right of', (a, b) => isGreater(left(a), right(b))),
  scalar(1456, 'circle_overright(circle, circle) bool', 'overlaps or is right of', isOverRight),
  scalar(1460, 'circle_below(circle, circle) bool', 'is below', (a, b) => isLess(top(a), bottom(b))),
  scalar(2587, 'circle_overbelow(circle, circle) bool', 'overlaps or is below', isOverBelow),
  scalar(1461, 'circle_above(circle, circle) bool', 'is above', (a, b) => isGreater(bottom(a), top(b))),
  scalar(2588, 'circle_overabove(circle, circle) bool', 'overlaps or is above', isOverAbove),
  scalar(1462, 'circle_eq(circle, circle) bool', 'equal by area', byArea(isEqual)),
  scalar(1463, 'circle_ne(circle, circle) bool', 'not equal by area', byArea(isDifferent)),
  scalar(1464, 'circle_lt(circle, circle) bool', 'less than by area', byArea(isLess)),
  scalar(1465, 'circle_gt(circle, circle) bool', 'greater than by area', byArea(isGreater)),
  scalar(1466, 'circle_le(circle, circle) bool', 'less than or equal by area', byArea(isLessOrEqual)),
  scalar(1467, 'circle_ge(circle, circle) bool', 'greater than or equal by area', byArea(isGreaterOrEqual)),
  scalar(1468, 'area(circle) float8', 'area', area),
  scalar(1469, 'diameter(circle) float8', 'diameter', ({ radius }) => floatMul(radius, 2)),
  scalar(1470, 'radius(circle) float8', 'radius', ({ radius }) => radius),
  scalar(1472, 'circle_center(circle) point', 'center of', center),
  scalar(1543, 'center(circle) point', 'center of', center),
  scalar(1416, 'point(circle) point', 'center of', center),
  scalar(1471, 'circle_distance(circle, circle) float8', 'distance between', between),
  scalar(3290, 'dist_cpoint(circle, point) float8', 'distance between', toPoint),
  scalar(1476, 'dist_pc(point, circle) float8', 'distance between', (a, b) => toPoint(b, a)),
  scalar(1146, 'circle_add_pt(circle, point) circle', 'add (translate)', (circle, by) => ({
    ...circle,
    center: addPoints(circle.center, by),
  })),
  scalar(1147, 'circle_sub_pt(circle, point) circle', 'subtract (translate)', (circle, by) => ({
    ...circle,
    center: subtractPoints(circle.center, by),
  })),
  scalar(1148, 'circle_mul_pt(circle, point) circle', 'multiply (rotate, scale)', multiplied),
  scalar(1149, 'circle_div_pt(circle, point) circle', 'divide (rotate, scale)', divided),
  scalar(1480, 'box(circle) box', 'convert circle to box', boxOfCircle),
  scalar(1479, 'circle(box) circle', 'convert box to circle', circleOfBox),
]
