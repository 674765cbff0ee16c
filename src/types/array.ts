/** Arrays: the SqlArray datum, and array types made from their element types. */
import { invalidBinaryRepresentation } from '../errors/raise/data.ts'
import { parseArray, formatArray } from './array-text.ts'
import { fillBytes, fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'
import type { Datum, FormatContext, SqlType } from './sql-type.ts'

/** A value of any array type, elements in row-major order; an empty array has no dimensions. */
export class SqlArray {
  readonly dimensions: readonly number[]
  readonly lowerBounds: readonly number[]
  readonly elements: readonly Datum[]

  constructor(dimensions: readonly number[], lowerBounds: readonly number[], elements: readonly Datum[]) {
    this.dimensions = dimensions
    this.lowerBounds = lowerBounds
    this.elements = elements
  }

  static readonly empty = new SqlArray([], [], [])

  /** One dimension, subscripts from 1. */
  static of(elements: readonly Datum[]): SqlArray {
    return elements.length === 0 ? SqlArray.empty : new SqlArray([elements.length], [1], elements)
  }
}

/** Element by element, then by length, by dimensions, by lower bounds: PostgreSQL's array order. NULLs come last. */
const compareArrays = (compare: (a: Datum, b: Datum) => number, a: SqlArray, b: SqlArray): number => {
  const length = Math.min(a.elements.length, b.elements.length)
  for (let i = 0; i < length; i++) {
    const x = a.elements[i]
    const y = b.elements[i]
    if (x === null || y === null) {
      if (x !== y) return x === null ? 1 : -1
      continue
    }
    const order = compare(x, y)
    if (order !== 0) return order
  }
  return (
    a.elements.length - b.elements.length ||
    a.dimensions.length - b.dimensions.length ||
    firstDifference(a.dimensions, b.dimensions) ||
    firstDifference(a.lowerBounds, b.lowerBounds)
  )
}

const firstDifference = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((value, index) => value !== b[index])
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number)
}

/** Keys of the elements, each with its length before it so that no two arrays share one. */
const arrayHashKey = (hashKey: (value: Datum) => string | number | bigint | boolean, value: SqlArray): string => {
  let key = `${value.dimensions.join()};${value.lowerBounds.join()}`
  for (const element of value.elements) {
    const part = element === null ? null : String(hashKey(element))
    key += part === null ? ';-' : `;${part.length}:${part}`
  }
  return key
}

const sendArray = (element: SqlType, value: SqlArray, context: FormatContext): Uint8Array => {
  const items = value.elements.map((item) => (item === null ? null : element.send(item, context)))
  const header = 12 + value.dimensions.length * 8
  const size = items.reduce((total, item) => total + 4 + (item?.length ?? 0), header)
  return fillBytes(size, (view) => {
    view.setInt32(0, value.dimensions.length)
    view.setInt32(4, items.includes(null) ? 1 : 0)
    view.setUint32(8, element.oid)
    value.dimensions.forEach((dimension, i) => {
      view.setInt32(12 + i * 8, dimension)
      view.setInt32(16 + i * 8, value.lowerBounds[i] as number)
    })
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    let at = header
    for (const item of items) {
      view.setInt32(at, item === null ? -1 : item.length)
      at += 4
      if (item !== null) {
        bytes.set(item, at)
        at += item.length
      }
    }
  })
}

const receiveArray = (element: SqlType, bytes: Uint8Array, typmod: number, context: FormatContext): SqlArray => {
  const depth = fixedView(bytes, 12).getInt32(0)
  if (depth < 0 || depth > 6) throw invalidBinaryRepresentation(`invalid number of dimensions: ${depth}`)
  const view = fixedView(bytes, 12 + depth * 8)
  const elementOid = view.getUint32(8)
  if (elementOid !== element.oid) {
    throw invalidBinaryRepresentation(
      `binary data has array element type ${elementOid} instead of expected ${element.oid}`,
    )
  }
  const dimensions: number[] = []
  const lowerBounds: number[] = []
  for (let i = 0; i < depth; i++) {
    dimensions.push(view.getInt32(12 + i * 8))
    lowerBounds.push(view.getInt32(16 + i * 8))
  }
  const count = depth === 0 ? 0 : dimensions.reduce((product, dimension) => product * dimension, 1)
  const elements: Datum[] = []
  let at = 12 + depth * 8
  for (let i = 0; i < count; i++) {
    const length = fixedView(bytes.subarray(at), 4).getInt32(0)
    at += 4
    if (length < 0) {
      elements.push(null)
      continue
    }
    fixedView(bytes.subarray(at), length)
    elements.push(element.receive(bytes.subarray(at, at + length), typmod, context))
    at += length
  }
  return count === 0 ? SqlArray.empty : new SqlArray(dimensions, lowerBounds, elements)
}

/** The array type over `element`, under the OID that the element type names. */
export const arrayTypeOf = (element: SqlType): SqlType => {
  const { compare, hashKey } = element
  return defineType({
    oid: element.arrayOid,
    name: `_${element.name}`.slice(0, 63),
    sqlName: `${element.sqlName}[]`,
    namespace: element.namespace,
    kind: element.oid === OID.record ? 'p' : 'b',
    category: element.oid === OID.record ? 'P' : 'A',
    length: -1,
    align: element.align === 'd' ? 'd' : 'i',
    arrayOid: 0,
    element,
    delimiter: element.delimiter,
    collation: element.collation,
    physical: 'any',
    parse: (text, typmod, context) => {
      const { dimensions, lowerBounds, elements } = parseArray(text, element.delimiter, context.arrayNulls)
      return elements.length === 0
        ? SqlArray.empty
        : new SqlArray(
            dimensions,
            lowerBounds,
            elements.map((item) => (item === null ? null : element.parse(item, typmod, context))),
          )
    },
    format: (value: SqlArray, context) =>
      formatArray(
        value.dimensions,
        value.lowerBounds,
        value.elements.map((item) => (item === null ? null : element.format(item, context))),
        element.delimiter,
      ),
    receive: (bytes, typmod, context) => receiveArray(element, bytes, typmod, context),
    send: (value: SqlArray, context) => sendArray(element, value, context),
    compare: compare === null ? null : (a: SqlArray, b: SqlArray) => compareArrays(compare, a, b),
    hashKey: hashKey === null ? null : (value: SqlArray) => arrayHashKey(hashKey, value),
    applyTypmod: (value: SqlArray, typmod, explicit) =>
      typmod < 0
        ? value
        : new SqlArray(
            value.dimensions,
            value.lowerBounds,
            value.elements.map((item) => (item === null ? null : element.applyTypmod(item, typmod, explicit))),
          ),
    formatTypmod: element.formatTypmod,
    parseTypmod: element.parseTypmod,
  })
}
