/**
 * The ids that `.keyvalue()` gives objects. PostgreSQL's is the place of the object in the binary form of the document
 * that it belongs to, so that place is computed here: a header and an entry of four bytes per element (per key and per
 * value), then the elements, those that are containers or numbers at multiples of four.
 */
import { isJsonbArray, isJsonbObject, type JsonbNode } from '../../types/json/jsonb.ts'
import { base10000 } from '../../types/numeric/base-10000.ts'
import type { Numeric } from '../../types/numeric/numeric.ts'

const HEADER = 4
const ENTRY = 4

const aligned = (offset: number): number => Math.ceil(offset / 4) * 4

/** Longest scale and weight that a short header has room for. */
const SHORT_SCALE = 63
const SHORT_WEIGHT = 63

/** Bytes of a number: its length, a header, and its digits. */
const numericBytes = (value: Numeric): number => {
  const { digits, weight } = base10000(value)
  const isShort = value.scale <= SHORT_SCALE && Math.abs(weight) <= SHORT_WEIGHT
  return 4 + (isShort ? 2 : 4) + 2 * digits.length
}

/** Calls back with the place of everything that lies in a container; answers its end. */
const walk = (container: JsonbNode, at: number, visit: (node: JsonbNode, at: number) => void): number => {
  visit(container, at)
  const keys = isJsonbObject(container) ? [...container.keys()] : []
  const values = isJsonbObject(container) ? [...container.values()] : (container as readonly JsonbNode[])
  let end = at + HEADER + ENTRY * (keys.length + values.length)
  for (const key of keys) end += Buffer.byteLength(key)
  for (const value of values) {
    if (typeof value === 'string') end += Buffer.byteLength(value)
    else if (isJsonbArray(value) || isJsonbObject(value)) end = walk(value, aligned(end), visit)
    else if (value !== null && typeof value !== 'boolean') end = aligned(end) + numericBytes(value as Numeric)
  }
  return end
}

/** Where a container lies in a document, in bytes; 0 when it is none of its. */
export const placeOf = (node: JsonbNode, document: JsonbNode): number => {
  let place = 0
  if (!isJsonbArray(document) && !isJsonbObject(document)) return place
  walk(document, 0, (found, at) => {
    if (found === node) place = at
  })
  return place
}
