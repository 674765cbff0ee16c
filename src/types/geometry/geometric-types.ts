/** point, lseg, line, box, path, polygon and circle: text and binary forms. */
import { invalidBinaryRepresentation, invalidParameterValue } from '../../errors/raise/data.ts'
import { invalidLineText } from '../../errors/raise/geometry.ts'
import { fillBytes, fixedView } from '../bytes.ts'
import { defineType, type TypeFacts } from '../define-type.ts'
import { float8Type, formatFloat8 } from '../floats.ts'
import { OID } from '../oids.ts'
import type { FormatContext } from '../sql-type.ts'
import { isZero, samePoint } from './fuzzy.ts'
import { lineThrough } from './lines.ts'
import { ShapeReader } from './read-shape.ts'
import {
  type Box,
  boxOf,
  type Circle,
  type Line,
  type Path,
  type Point,
  type Polygon,
  polygonOf,
  type Segment,
} from './shapes.ts'

const parsePoint = (text: string): Point => {
  const reader = new ShapeReader(text, 'point')
  const point = reader.point()
  reader.expectEnd()
  return point
}

const twoPoints = (reader: ShapeReader, mayBeOpen: boolean): Segment => {
  const { points } = reader.points(2, mayBeOpen)
  reader.expectEnd()
  return points as unknown as Segment
}

const parseLine = (text: string): Line => {
  const reader = new ShapeReader(text, 'line')
  if (!reader.accept('{')) {
    const [p, q] = twoPoints(reader, true)
    if (samePoint(p, q)) throw invalidLineText('must be two distinct points')
    return lineThrough(p, q)
  }
  const a = reader.number()
  reader.expect(',')
  const b = reader.number()
  reader.expect(',')
  const c = reader.number()
  reader.expect('}')
  reader.expectEnd()
  if (isZero(a) && isZero(b)) throw invalidLineText('A and B cannot both be zero')
  return { a, b, c }
}

const parsePath = (text: string): Path => {
  const reader = new ShapeReader(text, 'path')
  const count = reader.pointCount ?? reader.fail()
  const enclosed = reader.next === '(' && reader.isLastOpening && reader.accept('(')
  const { points, open } = reader.points(count, true)
  if (enclosed) reader.expect(')')
  reader.expectEnd()
  return { closed: !open, points }
}

const parsePolygon = (text: string): Polygon => {
  const reader = new ShapeReader(text, 'polygon')
  const { points } = reader.points(reader.pointCount ?? reader.fail(), false)
  reader.expectEnd()
  return polygonOf(points)
}

const parseCircle = (text: string): Circle => {
  const reader = new ShapeReader(text, 'circle')
  const angled = reader.accept('<')
  const enclosed = angled || (reader.opensTwice && reader.accept('('))
  const center = reader.point()
  reader.accept(',')
  const radius = reader.number()
  if (radius < 0) reader.fail()
  if (enclosed && !reader.accept(')')) reader.expect('>')
  reader.expectEnd()
  return { center, radius }
}

const formatPoint = ({ x, y }: Point, { extraFloatDigits }: FormatContext): string =>
  `(${formatFloat8(x, extraFloatDigits)},${formatFloat8(y, extraFloatDigits)})`

const formatPoints = (points: readonly Point[], context: FormatContext): string =>
  points.map((point) => formatPoint(point, context)).join(',')

const coordinates = (points: readonly Point[]): number[] => points.flatMap(({ x, y }) => [x, y])

const sendNumbers = (numbers: readonly number[]): Uint8Array =>
  fillBytes(numbers.length * 8, (view) => numbers.forEach((number, i) => view.setFloat64(i * 8, number)))

const receiveNumbers = (bytes: Uint8Array, count: number): number[] => {
  const view = fixedView(bytes, count * 8)
  return Array.from({ length: count }, (_, i) => view.getFloat64(i * 8))
}

const receivePoints = (bytes: Uint8Array, count: number): Point[] => {
  const numbers = receiveNumbers(bytes, count * 2)
  return Array.from({ length: count }, (_, i) => ({ x: numbers[2 * i] as number, y: numbers[2 * i + 1] as number }))
}

/** Points behind their number, which stands in four bytes at `at`. */
const receiveCounted = (bytes: Uint8Array, at: number, type: string): Point[] => {
  const count = fixedView(bytes, at + 4).getInt32(at)
  if (count <= 0 || count >= 134_217_727) {
    throw invalidBinaryRepresentation(`invalid number of points in external "${type}" value`)
  }
  return receivePoints(bytes.subarray(at + 4), count)
}

const sendCounted = (points: readonly Point[], head: readonly number[]): Uint8Array =>
  fillBytes(head.length + 4 + points.length * 16, (view) => {
    head.forEach((byte, i) => view.setUint8(i, byte))
    view.setInt32(head.length, points.length)
    coordinates(points).forEach((number, i) => view.setFloat64(head.length + 4 + i * 8, number))
  })

/** Shapes have neither an order nor an equality that indexes or grouping could use. */
const shapeType = (facts: Omit<TypeFacts, 'category' | 'align' | 'physical'>) =>
  defineType({ category: 'G', align: 'd', physical: 'any', compare: null, hashKey: null, ...facts })

const pointType = shapeType({
  oid: OID.point,
  name: 'point',
  length: 16,
  arrayOid: 1017,
  element: float8Type,
  parts: ({ x, y }: Point) => [x, y],
  fromParts: ([x, y]) => ({ x, y }),
  parse: parsePoint,
  format: formatPoint,
  receive: (bytes) => receivePoints(bytes, 1)[0],
  send: (point: Point) => sendNumbers([point.x, point.y]),
})

const segmentType = shapeType({
  oid: OID.lseg,
  name: 'lseg',
  length: 32,
  arrayOid: 1018,
  element: pointType,
  parts: (segment: Segment) => segment,
  fromParts: (points) => points,
  parse: (text) => twoPoints(new ShapeReader(text, 'lseg'), true),
  format: (segment: Segment, context) => `[${formatPoints(segment, context)}]`,
  receive: (bytes) => receivePoints(bytes, 2),
  send: (segment: Segment) => sendNumbers(coordinates(segment)),
})

const pathType = shapeType({
  oid: OID.path,
  name: 'path',
  length: -1,
  arrayOid: 1019,
  parse: parsePath,
  format: ({ closed, points }: Path, context) =>
    closed ? `(${formatPoints(points, context)})` : `[${formatPoints(points, context)}]`,
  receive: (bytes) => ({ closed: fixedView(bytes, 1).getUint8(0) !== 0, points: receiveCounted(bytes, 1, 'path') }),
  send: ({ closed, points }: Path) => sendCounted(points, [closed ? 1 : 0]),
})

const boxType = shapeType({
  oid: OID.box,
  name: 'box',
  length: 32,
  arrayOid: 1020,
  element: pointType,
  parts: ({ high, low }: Box) => [high, low],
  fromParts: ([high, low]) => ({ high, low }),
  delimiter: ';',
  parse: (text) => boxOf(...twoPoints(new ShapeReader(text, 'box'), false)),
  format: ({ high, low }: Box, context) => formatPoints([high, low], context),
  receive: (bytes) => boxOf(...(receivePoints(bytes, 2) as unknown as Segment)),
  send: ({ high, low }: Box) => sendNumbers(coordinates([high, low])),
})

const polygonType = shapeType({
  oid: OID.polygon,
  name: 'polygon',
  length: -1,
  arrayOid: 1027,
  parse: parsePolygon,
  format: ({ points }: Polygon, context) => `(${formatPoints(points, context)})`,
  receive: (bytes) => polygonOf(receiveCounted(bytes, 0, 'polygon')),
  send: ({ points }: Polygon) => sendCounted(points, []),
})

const lineType = shapeType({
  oid: OID.line,
  name: 'line',
  length: 24,
  arrayOid: 629,
  element: float8Type,
  parts: ({ a, b, c }: Line) => [a, b, c],
  fromParts: ([a, b, c]) => ({ a, b, c }),
  parse: parseLine,
  format: ({ a, b, c }: Line, { extraFloatDigits }) =>
    `{${[a, b, c].map((number) => formatFloat8(number, extraFloatDigits)).join(',')}}`,
  receive: (bytes) => {
    const [a = 0, b = 0, c = 0] = receiveNumbers(bytes, 3)
    if (isZero(a) && isZero(b)) {
      throw invalidBinaryRepresentation('invalid line specification: A and B cannot both be zero')
    }
    return { a, b, c }
  },
  send: ({ a, b, c }: Line) => sendNumbers([a, b, c]),
})

const circleType = shapeType({
  oid: OID.circle,
  name: 'circle',
  length: 24,
  arrayOid: 719,
  parse: parseCircle,
  format: ({ center, radius }: Circle, context) =>
    `<${formatPoint(center, context)},${formatFloat8(radius, context.extraFloatDigits)}>`,
  receive: (bytes) => {
    const [x = 0, y = 0, radius = 0] = receiveNumbers(bytes, 3)
    if (radius < 0) throw invalidParameterValue('invalid radius in external "circle" value')
    return { center: { x, y }, radius }
  },
  send: ({ center, radius }: Circle) => sendNumbers([center.x, center.y, radius]),
})

export const geometricTypes = [pointType, segmentType, pathType, boxType, polygonType, lineType, circleType]
