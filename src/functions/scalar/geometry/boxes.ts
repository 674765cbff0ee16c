/** Functions of boxes. */
import {
  isEqual,
  isGreater,
  isGreaterOrEqual,
  isLess,
  isLessOrEqual,
  samePoint,
} from '../../../types/geometry/fuzzy.ts'
import { type Box, boxOf, type Point, type Segment } from '../../../types/geometry/shapes.ts'
import { scalar } from '../../define.ts'
import {
  boundingBox,
  boxArea,
  boxCenter,
  boxDistance,
  boxHeight,
  boxIntersection,
  boxWidth,
  containsBox,
  containsPoint,
  lineMeetsBox,
  nearestOfBox,
  nearestOfBoxToSegment,
  overlaps,
  segmentMeetsBox,
} from '../../geometry/boxes.ts'
import { addPoints, dividePoints, multiplyPoints, type Near, subtractPoints } from '../../geometry/points.ts'
import type { ScalarFunction } from '../../records.ts'

const byArea =
  (relation: (a: number, b: number) => boolean) =>
  (a: Box, b: Box): boolean =>
    relation(boxArea(a), boxArea(b))

type CornerMove = (corner: Point, by: Point) => Point

/** A box whose corners are moved by a point, each staying what it is. */
const moved =
  (move: CornerMove) =>
  ({ high, low }: Box, by: Point): Box => ({ high: move(high, by), low: move(low, by) })

/** A box whose corners may change places on the way. */
const turned =
  (move: CornerMove) =>
  ({ high, low }: Box, by: Point): Box =>
    boxOf(move(high, by), move(low, by))

const diagonal = ({ high, low }: Box): Segment => [high, low]
const closest = (near: Near): Point | null => (Number.isNaN(near.distance) ? null : near.point)
const toSegment = (box: Box, segment: Segment): number => nearestOfBoxToSegment(box, segment).distance
const toPoint = (box: Box, point: Point): number => nearestOfBox(box, point).distance

const positions: readonly ScalarFunction[] = [
  scalar(188, 'box_left(box, box) bool', 'is left of', (a, b) => isLess(a.high.x, b.low.x)),
  scalar(189, 'box_overleft(box, box) bool', 'overlaps or is left of', (a, b) => isLessOrEqual(a.high.x, b.high.x)),
  scalar(191, 'box_right(box, box) bool', 'is right of', (a, b) => isGreater(a.low.x, b.high.x)),
  scalar(190, 'box_overright(box, box) bool', 'overlaps or is right of', (a, b) => isGreaterOrEqual(a.low.x, b.low.x)),
  scalar(2562, 'box_below(box, box) bool', 'is below', (a, b) => isLess(a.high.y, b.low.y)),
  scalar(2563, 'box_overbelow(box, box) bool', 'overlaps or is below', (a, b) => isLessOrEqual(a.high.y, b.high.y)),
  scalar(2565, 'box_above(box, box) bool', 'is above', (a, b) => isGreater(a.low.y, b.high.y)),
  scalar(2564, 'box_overabove(box, box) bool', 'overlaps or is above', (a, b) => isGreaterOrEqual(a.low.y, b.low.y)),
  scalar(116, 'box_below_eq(box, box) bool', 'is below or touches', (a, b) => isLessOrEqual(a.high.y, b.low.y)),
  scalar(115, 'box_above_eq(box, box) bool', 'is above or touches', (a, b) => isGreaterOrEqual(a.low.y, b.high.y)),
]

export const boxFunctions: readonly ScalarFunction[] = [
  ...positions,
  scalar(1421, 'box(point, point) box', 'box of opposite corners', boxOf),
  scalar(4091, 'box(point) box', 'convert point to empty box', (point) => boxOf(point, point)),
  scalar(4067, 'bound_box(box, box) box', 'smallest box around both', boundingBox),
  scalar(125, 'box_overlap(box, box) bool', 'overlaps', overlaps),
  scalar(187, 'box_contain(box, box) bool', 'contains', containsBox),
  scalar(192, 'box_contained(box, box) bool', 'is contained by', (a, b) => containsBox(b, a)),
  scalar(193, 'box_contain_pt(box, point) bool', 'contains', containsPoint),
  scalar(136, 'on_pb(point, box) bool', 'point inside box', (point, box) => containsPoint(box, point)),
  scalar(372, 'on_sb(lseg, box) bool', 'is contained by', ([p, q], b) => containsPoint(b, p) && containsPoint(b, q)),
  scalar(186, 'box_same(box, box) bool', 'same as', (a, b) => samePoint(a.high, b.high) && samePoint(a.low, b.low)),
  scalar(128, 'box_eq(box, box) bool', 'equal by area', byArea(isEqual)),
  scalar(129, 'box_lt(box, box) bool', 'less than by area', byArea(isLess)),
  scalar(130, 'box_le(box, box) bool', 'less than or equal by area', byArea(isLessOrEqual)),
  scalar(127, 'box_gt(box, box) bool', 'greater than by area', byArea(isGreater)),
  scalar(126, 'box_ge(box, box) bool', 'greater than or equal by area', byArea(isGreaterOrEqual)),
  scalar(975, 'area(box) float8', 'area', boxArea),
  scalar(976, 'width(box) float8', 'width', boxWidth),
  scalar(977, 'height(box) float8', 'height', boxHeight),
  scalar(138, 'box_center(box) point', 'center of', boxCenter),
  scalar(1542, 'center(box) point', 'center of', boxCenter),
  scalar(1534, 'point(box) point', 'center of', boxCenter),
  scalar(981, 'diagonal(box) lseg', 'diagonal', diagonal),
  scalar(1541, 'lseg(box) lseg', 'diagonal', diagonal),
  scalar(980, 'box_intersect(box, box) box', 'intersection', boxIntersection),
  scalar(1422, 'box_add(box, point) box', 'add (translate)', moved(addPoints)),
  scalar(1423, 'box_sub(box, point) box', 'subtract (translate)', moved(subtractPoints)),
  scalar(1424, 'box_mul(box, point) box', 'multiply (scale)', turned(multiplyPoints)),
  scalar(1425, 'box_div(box, point) box', 'divide (scale)', turned(dividePoints)),
  scalar(978, 'box_distance(box, box) float8', 'distance between centers', boxDistance),
  scalar(357, 'dist_bp(box, point) float8', 'distance between', toPoint),
  scalar(364, 'dist_pb(point, box) float8', 'distance between', (point, box) => toPoint(box, point)),
  scalar(381, 'dist_bs(box, lseg) float8', 'distance between', toSegment),
  scalar(365, 'dist_sb(lseg, box) float8', 'distance between', (segment, box) => toSegment(box, segment)),
  scalar(367, 'close_pb(point, box) point', 'closest point of the box', (point, box) =>
    closest(nearestOfBox(box, point)),
  ),
  scalar(368, 'close_sb(lseg, box) point', 'closest point of the box', (segment, box) =>
    closest(nearestOfBoxToSegment(box, segment)),
  ),
  scalar(373, 'inter_sb(lseg, box) bool', 'intersect', segmentMeetsBox),
  scalar(278, 'inter_lb(line, box) bool', 'intersect', lineMeetsBox),
]
