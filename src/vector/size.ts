/** Estimates of what datums and vectors take in memory: exact for typed arrays, near enough for everything else. */
import type { Datum } from '../types/sql-type.ts'
import type { AnyVector } from './vector.ts'

/** A reference in an array, and the head of an object or a string. */
const REFERENCE = 8
const HEAD = 32
/** Values looked at to find out what those of one vector take. */
const SAMPLE = 16

const WIDE = /[\u0100-\uffff]/

const textBytes = (text: string): number => HEAD + (WIDE.test(text) ? 2 * text.length : text.length)

/** Bytes that a datum takes in an array of datums. */
export const datumBytes = (value: Datum): number => {
  switch (typeof value) {
    case 'string':
      return REFERENCE + textBytes(value)
    case 'bigint':
      return REFERENCE + HEAD
    case 'object':
      return REFERENCE + (value === null ? 0 : objectBytes(value))
    default:
      return REFERENCE
  }
}

const objectBytes = (value: object): number => {
  if (ArrayBuffer.isView(value)) return 3 * HEAD + value.byteLength
  let bytes = HEAD
  for (const part of Array.isArray(value) ? value : Object.values(value)) bytes += datumBytes(part)
  return bytes
}

/** Bytes per value of the `count` datums that `get` answers: a sample stands for all. */
export const averageBytes = (count: number, get: (k: number) => Datum): number => {
  if (count === 0) return 0
  const step = Math.max(1, Math.floor(count / SAMPLE))
  let bytes = 0
  let seen = 0
  for (let k = 0; k < count; k += step) {
    bytes += datumBytes(get(k))
    seen++
  }
  return bytes / seen
}

/** Bytes that a vector takes of its own; dictionaries are shared and not counted. */
export const vectorBytes = (vector: AnyVector): number => {
  switch (vector.kind) {
    case 'dictionary':
      return vector.codes.byteLength
    case 'constant':
      return datumBytes(vector.value)
    case 'datums':
      return vector.length * averageBytes(vector.length, (k) => vector.values[k])
    default:
      return vector.values.byteLength + (vector.nulls?.byteLength ?? 0)
  }
}
