/** Functions of paths and polygons. */
import { openPathNoPolygon } from '../../../errors/raise/geometry.ts'
import { type Path, type Point, type Polygon, polygonOf } from '../../../types/geometry/shapes.ts'
import { scalar } from '../../define.ts'
import { isOnPath, pathArea, pathDistance, pathLength, pathsMeet, pointPathDistance } from '../../geometry/paths.ts'
import { addPoints, dividePoints, multiplyPoints, subtractPoints } from '../../geometry/points.ts'
import {
  circleOfPolygon,
  circlePolygonDistance,
  containsPolygon,
  isInside,
  pointPolygonDistance,
  polygonDistance,
  polygonOfBox,
  polygonOfCircle,
  polygonsOverlap,
  samePolygon,
} from '../../geometry/polygons.ts'
import type { ScalarFunction } from '../../records.ts'

const bySize =
  (relation: (a: number, b: number) => boolean) =>
  (a: Path, b: Path): boolean =>
    relation(a.points.length, b.points.length)

const size = ({ points }: Path | Polygon): number => points.length

/** A path whose points were moved by a point. */
const moved =
  (move: (point: Point, by: Point) => Point) =>
  ({ closed, points }: Path, by: Point): Path => ({ closed, points: points.map((point) => move(point, by)) })

/** Open paths only: NULL for others. */
const joined = (a: Path, b: Path): Path | null =>
  a.closed || b.closed ? null : { closed: false, points: [...a.points, ...b.points] }

const pathFunctions: readonly ScalarFunction[] = [
  scalar(979, 'area(path) float8', 'area of a closed path', pathArea),
  scalar(
    982,
    'path_n_lt(path, path) bool',
    'less than by points',
    bySize((a, b) => a < b),
  ),
  scalar(
    983,
    'path_n_gt(path, path) bool',
    'greater than by points',
    bySize((a, b) => a > b),
  ),
  scalar(
    984,
    'path_n_eq(path, path) bool',
    'equal by points',
    bySize((a, b) => a === b),
  ),
  scalar(
    985,
    'path_n_le(path, path) bool',
    'less than or equal by points',
    bySize((a, b) => a <= b),
  ),
  scalar(
    986,
    'path_n_ge(path, path) bool',
    'greater than or equal by points',
    bySize((a, b) => a >= b),
  ),
  scalar(987, 'path_length(path) float8', 'sum of the lengths of segments', pathLength),
  scalar(1531, 'length(path) float8', 'sum of the lengths of segments', pathLength),
  scalar(1432, 'path_npoints(path) int4', 'number of points', size),
  scalar(1545, 'npoints(path) int4', 'number of points', size),
  scalar(1430, 'isclosed(path) bool', 'whether the path is closed', ({ closed }) => closed),
  scalar(1431, 'isopen(path) bool', 'whether the path is open', ({ closed }) => !closed),
  scalar(1433, 'pclose(path) path', 'closed path', ({ points }): Path => ({ closed: true, points })),
  scalar(1434, 'popen(path) path', 'open path', ({ points }): Path => ({ closed: false, points })),
  scalar(1435, 'path_add(path, path) path', 'concatenate open paths', joined),
  scalar(1436, 'path_add_pt(path, point) path', 'add (translate)', moved(addPoints)),
  scalar(1437, 'path_sub_pt(path, point) path', 'subtract (translate)', moved(subtractPoints)),
  scalar(1438, 'path_mul_pt(path, point) path', 'multiply (rotate, scale)', moved(multiplyPoints)),
  scalar(1439, 'path_div_pt(path, point) path', 'divide (rotate, scale)', moved(dividePoints)),
  scalar(973, 'path_inter(path, path) bool', 'intersect', pathsMeet),
  scalar(370, 'path_distance(path, path) float8', 'distance between', pathDistance),
  scalar(371, 'dist_ppath(point, path) float8', 'distance between', pointPathDistance),
  scalar(421, 'dist_pathp(path, point) float8', 'distance between', (path, point) => pointPathDistance(point, path)),
  scalar(137, 'on_ppath(point, path) bool', 'within a closed path, or on an open one', isOnPath),
  scalar(1426, 'path_contain_pt(path, point) bool', 'contains', (path, point) => isOnPath(point, path)),
  scalar(1447, 'path(polygon) path', 'convert polygon to path', ({ points }): Path => ({ closed: true, points })),
]

const polygonOfPath = ({ closed, points }: Path): Polygon => {
  if (!closed) throw openPathNoPolygon()
  return polygonOf(points)
}

const center = (polygon: Polygon): Point => circleOfPolygon(polygon).center

type Relation = (a: Polygon, b: Polygon) => boolean

const isLeft: Relation = ({ bounds: a }, { bounds: b }) => a.high.x < b.low.x
const isOverLeft: Relation = ({ bounds: a }, { bounds: b }) => a.high.x <= b.high.x
const isRight: Relation = ({ bounds: a }, { bounds: b }) => a.low.x > b.high.x
const isOverRight: Relation = ({ bounds: a }, { bounds: b }) => a.low.x >= b.low.x
const isBelow: Relation = ({ bounds: a }, { bounds: b }) => a.high.y < b.low.y
const isOverBelow: Relation = ({ bounds: a }, { bounds: b }) => a.high.y <= b.high.y
const isAbove: Relation = ({ bounds: a }, { bounds: b }) => a.low.y > b.high.y
const isOverAbove: Relation = ({ bounds: a }, { bounds: b }) => a.low.y >= b.low.y

const polygonFunctions: readonly ScalarFunction[] = [
  scalar(341, 'poly_left(polygon, polygon) bool', 'is left of', isLeft),
  scalar(342, 'poly_overleft(polygon, polygon) bool', 'overlaps or is left of', isOverLeft),
  scalar(344, 'poly_right(polygon, polygon) bool', 'is right of', isRight),
  scalar(343, 'poly_overright(polygon, polygon) bool', 'overlaps or is right of', isOverRight),
  scalar(2566, 'poly_below(polygon, polygon) bool', 'is below', isBelow),
  scalar(2567, 'poly_overbelow(polygon, polygon) bool', 'overlaps or is below', isOverBelow),
  scalar(2569, 'poly_above(polygon, polygon) bool', 'is above', isAbove),
  scalar(2568, 'poly_overabove(polygon, polygon) bool', 'overlaps or is above', isOverAbove),
  scalar(339, 'poly_same(polygon, polygon) bool', 'same as', samePolygon),
  scalar(346, 'poly_overlap(polygon, polygon) bool', 'overlaps', polygonsOverlap),
  scalar(340, 'poly_contain(polygon, polygon) bool', 'contains', containsPolygon),
  scalar(345, 'poly_contained(polygon, polygon) bool', 'is contained by', (a, b) => containsPolygon(b, a)),
  scalar(1428, 'poly_contain_pt(polygon, point) bool', 'contains', (polygon, point) => isInside(point, polygon)),
  scalar(1429, 'pt_contained_poly(point, polygon) bool', 'is contained by', isInside),
  scalar(729, 'poly_distance(polygon, polygon) float8', 'distance between', polygonDistance),
  scalar(3275, 'dist_ppoly(point, polygon) float8', 'distance between', pointPolygonDistance),
  scalar(3292, 'dist_polyp(polygon, point) float8', 'distance between', (a, b) => pointPolygonDistance(b, a)),
  scalar(728, 'dist_cpoly(circle, polygon) float8', 'distance between', circlePolygonDistance),
  scalar(785, 'dist_polyc(polygon, circle) float8', 'distance between', (a, b) => circlePolygonDistance(b, a)),
  scalar(1445, 'poly_npoints(polygon) int4', 'number of points', size),
  scalar(1556, 'npoints(polygon) int4', 'number of points', size),
  scalar(227, 'poly_center(polygon) point', 'center of', center),
  scalar(1540, 'point(polygon) point', 'center of', center),
  scalar(1446, 'box(polygon) box', 'convert polygon to bounding box', ({ bounds }) => bounds),
  scalar(1474, 'circle(polygon) circle', 'convert polygon to circle', circleOfPolygon),
  scalar(1448, 'polygon(box) polygon', 'convert box to polygon', polygonOfBox),
  scalar(1449, 'polygon(path) polygon', 'convert path to polygon', polygonOfPath),
  scalar(1475, 'polygon(int4, circle) polygon', 'convert circle to polygon of so many points', polygonOfCircle),
  scalar(1544, 'polygon(circle) polygon', 'convert circle to polygon of 12 points', (circle) =>
    polygonOfCircle(12, circle),
  ),
]

export const pathAndPolygonFunctions: readonly ScalarFunction[] = [...pathFunctions, ...polygonFunctions]
