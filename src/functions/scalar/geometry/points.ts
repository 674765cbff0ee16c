/** Functions of points, lines and line segments. */
import { pointsNotDistinct } from '../../../errors/raise/geometry.ts'
import {
  isEqual,
  isGreater,
  isGreaterOrEqual,
  isLess,
  isLessOrEqual,
  isZero,
  samePoint,
} from '../../../types/geometry/fuzzy.ts'
import { lineThrough, slope } from '../../../types/geometry/lines.ts'
import type { Line, Point, Segment } from '../../../types/geometry/shapes.ts'
import { scalar } from '../../define.ts'
import {
  arePerpendicular,
  isOnLine,
  lineDistance,
  lineIntersection,
  nearestOnLine,
  sameLine,
  slopeOfLine,
} from '../../geometry/lines.ts'
import {
  addPoints,
  distance,
  dividePoints,
  middle,
  multiplyPoints,
  type Near,
  subtractPoints,
} from '../../geometry/points.ts'
import {
  isOnSegment,
  isParallel,
  isPerpendicular,
  meetsLine,
  meetsSegment,
  nearestToLine,
  nearestToPoint,
  nearestToSegment,
  segmentSlope,
} from '../../geometry/segments.ts'
import type { ScalarFunction } from '../../records.ts'

const isVertical = (p: Point, q: Point): boolean => isEqual(p.x, q.x)
const isHorizontal = (p: Point, q: Point): boolean => isEqual(p.y, q.y)

const pointFunctions: readonly ScalarFunction[] = [
  scalar(1440, 'point(float8, float8) point', 'point of coordinates', (x, y): Point => ({ x, y })),
  scalar(135, 'point_eq(point, point) bool', 'same as', samePoint),
  scalar(988, 'point_ne(point, point) bool', 'not the same as', (p, q) => !samePoint(p, q)),
  scalar(132, 'point_left(point, point) bool', 'is left of', (p, q) => isLess(p.x, q.x)),
  scalar(133, 'point_right(point, point) bool', 'is right of', (p, q) => isGreater(p.x, q.x)),
  scalar(131, 'point_above(point, point) bool', 'is above', (p, q) => isGreater(p.y, q.y)),
  scalar(134, 'point_below(point, point) bool', 'is below', (p, q) => isLess(p.y, q.y)),
  scalar(989, 'point_vert(point, point) bool', 'vertically aligned', isVertical),
  scalar(990, 'point_horiz(point, point) bool', 'horizontally aligned', isHorizontal),
  scalar(1406, 'isvertical(point, point) bool', 'vertically aligned', isVertical),
  scalar(1407, 'ishorizontal(point, point) bool', 'horizontally aligned', isHorizontal),
  scalar(991, 'point_distance(point, point) float8', 'distance between', distance),
  scalar(992, 'slope(point, point) float8', 'slope of the segment between', slope),
  scalar(1441, 'point_add(point, point) point', 'add (translate)', addPoints),
  scalar(1442, 'point_sub(point, point) point', 'subtract (translate)', subtractPoints),
  scalar(1443, 'point_mul(point, point) point', 'multiply (scale, rotate)', multiplyPoints),
  scalar(1444, 'point_div(point, point) point', 'divide (scale, rotate)', dividePoints),
]

const line = (p: Point, q: Point): Line => {
  if (samePoint(p, q)) throw pointsNotDistinct()
  return lineThrough(p, q)
}

/** The closest point, NULL where there is none to speak of. */
const pointOf = (near: Near): Point | null => (Number.isNaN(near.distance) ? null : near.point)

const linesMeet = (a: Line, b: Line): boolean => lineIntersection(a, b) !== null
const isVerticalLine = ({ b }: Line): boolean => isZero(b)
const isHorizontalLine = ({ a }: Line): boolean => isZero(a)
const pointLineDistance = (point: Point, on: Line): number => nearestOnLine(on, point).distance
const segmentLineDistance = (segment: Segment, to: Line): number => nearestToLine(segment, to).distance

const lineFunctions: readonly ScalarFunction[] = [
  scalar(1493, 'line(point, point) line', 'line through points', line),
  scalar(1492, 'line_eq(line, line) bool', 'equal', sameLine),
  scalar(1494, 'line_interpt(line, line) point', 'intersection point', lineIntersection),
  scalar(1495, 'line_intersect(line, line) bool', 'intersect', linesMeet),
  scalar(1496, 'line_parallel(line, line) bool', 'parallel', (a, b) => !linesMeet(a, b)),
  scalar(1412, 'isparallel(line, line) bool', 'parallel', (a, b) => !linesMeet(a, b)),
  scalar(1497, 'line_perp(line, line) bool', 'perpendicular', arePerpendicular),
  scalar(1413, 'isperp(line, line) bool', 'perpendicular', arePerpendicular),
  scalar(1498, 'line_vertical(line) bool', 'vertical', isVerticalLine),
  scalar(1414, 'isvertical(line) bool', 'vertical', isVerticalLine),
  scalar(1499, 'line_horizontal(line) bool', 'horizontal', isHorizontalLine),
  scalar(1415, 'ishorizontal(line) bool', 'horizontal', isHorizontalLine),
  scalar(239, 'line_distance(line, line) float8', 'distance between', lineDistance),
  scalar(725, 'dist_pl(point, line) float8', 'distance between', pointLineDistance),
  scalar(702, 'dist_lp(line, point) float8', 'distance between', (a, b) => pointLineDistance(b, a)),
  scalar(704, 'dist_ls(line, lseg) float8', 'distance between', (a, b) => segmentLineDistance(b, a)),
  scalar(727, 'dist_sl(lseg, line) float8', 'distance between', segmentLineDistance),
  scalar(959, 'on_pl(point, line) bool', 'point on line', isOnLine),
  scalar(960, 'on_sl(lseg, line) bool', 'segment on line', ([p, q], on) => isOnLine(p, on) && isOnLine(q, on)),
  scalar(277, 'inter_sl(lseg, line) bool', 'intersect', (segment, other) => meetsLine(segment, other) !== null),
  scalar(961, 'close_pl(point, line) point', 'closest point of the line', (p, on) => pointOf(nearestOnLine(on, p))),
  scalar(1488, 'close_ls(line, lseg) point', 'closest point of the segment', (to, segment) =>
    segmentSlope(segment) === slopeOfLine(to) ? null : pointOf(nearestToLine(segment, to)),
  ),
]

const segmentLength = ([p, q]: Segment): number => distance(p, q)
const sameSegment = (a: Segment, b: Segment): boolean => samePoint(a[0], b[0]) && samePoint(a[1], b[1])
const center = ([p, q]: Segment): Point => middle(p, q)
const isVerticalSegment = ([p, q]: Segment): boolean => isVertical(p, q)
const isHorizontalSegment = ([p, q]: Segment): boolean => isHorizontal(p, q)
const byLength =
  (relation: (a: number, b: number) => boolean) =>
  (a: Segment, b: Segment): boolean =>
    relation(segmentLength(a), segmentLength(b))

const segmentFunctions: readonly ScalarFunction[] = [
  scalar(993, 'lseg(point, point) lseg', 'segment between points', (p, q): Segment => [p, q]),
  scalar(999, 'lseg_eq(lseg, lseg) bool', 'equal', sameSegment),
  scalar(1482, 'lseg_ne(lseg, lseg) bool', 'not equal', (a, b) => !sameSegment(a, b)),
  scalar(1483, 'lseg_lt(lseg, lseg) bool', 'less than by length', byLength(isLess)),
  scalar(1484, 'lseg_le(lseg, lseg) bool', 'less than or equal by length', byLength(isLessOrEqual)),
  scalar(1485, 'lseg_gt(lseg, lseg) bool', 'greater than by length', byLength(isGreater)),
  scalar(1486, 'lseg_ge(lseg, lseg) bool', 'greater than or equal by length', byLength(isGreaterOrEqual)),
  scalar(1487, 'lseg_length(lseg) float8', 'distance between the ends', segmentLength),
  scalar(1530, 'length(lseg) float8', 'distance between the ends', segmentLength),
  scalar(225, 'lseg_center(lseg) point', 'center of', center),
  scalar(1532, 'point(lseg) point', 'center of', center),
  scalar(997, 'lseg_vertical(lseg) bool', 'vertical', isVerticalSegment),
  scalar(1410, 'isvertical(lseg) bool', 'vertical', isVerticalSegment),
  scalar(998, 'lseg_horizontal(lseg) bool', 'horizontal', isHorizontalSegment),
  scalar(1411, 'ishorizontal(lseg) bool', 'horizontal', isHorizontalSegment),
  scalar(995, 'lseg_parallel(lseg, lseg) bool', 'parallel', isParallel),
  scalar(1408, 'isparallel(lseg, lseg) bool', 'parallel', isParallel),
  scalar(996, 'lseg_perp(lseg, lseg) bool', 'perpendicular', isPerpendicular),
  scalar(1409, 'isperp(lseg, lseg) bool', 'perpendicular', isPerpendicular),
  scalar(362, 'lseg_interpt(lseg, lseg) point', 'intersection point', meetsSegment),
  scalar(994, 'lseg_intersect(lseg, lseg) bool', 'intersect', (a, b) => meetsSegment(a, b) !== null),
  scalar(361, 'lseg_distance(lseg, lseg) float8', 'distance between', (a, b) => nearestToSegment(a, b).distance),
  scalar(363, 'dist_ps(point, lseg) float8', 'distance between', (p, on) => nearestToPoint(on, p).distance),
  scalar(380, 'dist_sp(lseg, point) float8', 'distance between', (on, p) => nearestToPoint(on, p).distance),
  scalar(369, 'on_ps(point, lseg) bool', 'is contained by', isOnSegment),
  scalar(366, 'close_ps(point, lseg) point', 'closest point of the segment', (p, on) => pointOf(nearestToPoint(on, p))),
  scalar(1489, 'close_lseg(lseg, lseg) point', 'closest point of the second segment', (a, b) =>
    segmentSlope(a) === segmentSlope(b) ? null : pointOf(nearestToSegment(b, a)),
  ),
]

export const pointAndLineFunctions: readonly ScalarFunction[] = [
  ...pointFunctions,
  ...lineFunctions,
  ...segmentFunctions,
]
