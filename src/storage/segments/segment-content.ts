/** A segment's columns on their way to a worker thread and back to vectors there: what threads can share or copy. */
import { typeByOid } from '../../types/index.ts'
import {
  type AnyVector,
  BoolVector,
  DecimalVector,
  DictionaryVector,
  Float64Vector,
  Int32Vector,
} from '../../vector/vector.ts'
import type { ColumnDescriptor } from '../table/column.ts'
import { Utf8Vector } from './utf8-vector.ts'

/** A column as plain data; arrays over shared memory are not copied. */
type PlainVector =
  | { readonly kind: 'int32'; readonly values: Int32Array; readonly nulls: Uint8Array | null }
  | { readonly kind: 'float64'; readonly values: Float64Array; readonly nulls: Uint8Array | null }
  | { readonly kind: 'bool'; readonly values: Uint8Array; readonly nulls: Uint8Array | null }
  | {
      readonly kind: 'decimal'
      readonly values: Float64Array
      readonly scale: number
      readonly nulls: Uint8Array | null
    }
  | { readonly kind: 'dictionary'; readonly codes: Int32Array; readonly dictionary: readonly unknown[] }
  | {
      readonly kind: 'utf8'
      readonly offsets: Int32Array
      readonly bytes: Uint8Array
      readonly nulls: Uint8Array | null
    }

/** What a worker is asked to make a segment of. */
export interface PlainSegment {
  readonly file: string
  readonly length: number
  readonly columns: readonly { readonly type: number; readonly vector: PlainVector }[]
}

const toPlain = (vector: AnyVector): PlainVector | null => {
  if (vector instanceof Utf8Vector) {
    const { offsets, bytes, nulls } = vector
    return { kind: 'utf8', offsets, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), nulls }
  }
  switch (vector.kind) {
    case 'int32':
      return { kind: vector.kind, values: vector.values, nulls: vector.nulls }
    case 'float64':
      return { kind: vector.kind, values: vector.values, nulls: vector.nulls }
    case 'bool':
      return { kind: vector.kind, values: vector.values, nulls: vector.nulls }
    case 'decimal':
      return { kind: vector.kind, values: vector.values, scale: vector.scale, nulls: vector.nulls }
    case 'dictionary':
      return { kind: vector.kind, codes: vector.codes, dictionary: vector.dictionary }
    default:
      return null
  }
}

/** A segment without absent rows as plain data; null when it holds what threads cannot pass on. */
export const plainSegment = (
  file: string,
  columns: readonly AnyVector[],
  length: number,
  descriptors: readonly ColumnDescriptor[],
): PlainSegment | null => {
  const plain: { type: number; vector: PlainVector }[] = []
  for (const [i, column] of columns.entries()) {
    const { type } = descriptors[i] as ColumnDescriptor
    const vector = typeByOid(type.oid) === type ? toPlain(column) : null
    if (vector === null) return null
    plain.push({ type: type.oid, vector })
  }
  return { file, length, columns: plain }
}

const fromPlain = (plain: PlainVector): AnyVector => {
  switch (plain.kind) {
    case 'int32':
      return new Int32Vector(plain.values, plain.nulls)
    case 'float64':
      return new Float64Vector(plain.values, plain.nulls)
    case 'bool':
      return new BoolVector(plain.values, plain.nulls)
    case 'decimal':
      return new DecimalVector(plain.values, plain.scale, plain.nulls)
    case 'dictionary':
      return new DictionaryVector(plain.codes, plain.dictionary)
    case 'utf8': {
      const { buffer, byteOffset, byteLength } = plain.bytes
      return new Utf8Vector(plain.offsets, Buffer.from(buffer, byteOffset, byteLength), plain.nulls)
    }
  }
}

/** What `plainSegment` was made of. */
export const fromPlainSegment = ({
  columns,
}: PlainSegment): { readonly vectors: AnyVector[]; readonly descriptors: ColumnDescriptor[] } => ({
  vectors: columns.map(({ vector }) => fromPlain(vector)),
  descriptors: columns.map(({ type: oid }) => {
    const type = typeByOid(oid)
    if (type === undefined) throw new Error(`there is no type ${oid}`)
    return { type, missing: null, dropped: false }
  }),
})
