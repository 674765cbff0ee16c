/** One vector of values picked from several: what merging sorted runs hands out. */
import type { Datum, SqlType } from '../types/sql-type.ts'
import {
  BoolVector,
  DecimalVector,
  DictionaryVector,
  Float64Vector,
  Int32Vector,
  vectorOf,
  type AnyVector,
  type Nulls,
} from './vector.ts'

type Numbers = Int32Array | Float64Array | Uint8Array

/** The value at `positions[i]` of vector `sources[i]`, for i < count. Position -1 gives NULL. */
export const interleave = (
  type: SqlType,
  vectors: readonly AnyVector[],
  sources: Int32Array,
  positions: Int32Array,
  count: number,
): AnyVector => {
  const [first] = vectors
  if (first === undefined || !vectors.every((vector) => sameForm(vector, first))) {
    return datums(type, vectors, sources, positions, count)
  }
  const nullsOf = (): Nulls => nullsAt(vectors, sources, positions, count)
  switch (first.kind) {
    case 'int32':
      return new Int32Vector(pick(vectors, sources, positions, new Int32Array(count)), nullsOf())
    case 'float64':
      return new Float64Vector(pick(vectors, sources, positions, new Float64Array(count)), nullsOf())
    case 'bool':
      return new BoolVector(pick(vectors, sources, positions, new Uint8Array(count)), nullsOf())
    case 'decimal':
      return new DecimalVector(pick(vectors, sources, positions, new Float64Array(count)), first.scale, nullsOf())
    case 'dictionary':
      return new DictionaryVector(pick(vectors, sources, positions, new Int32Array(count).fill(-1)), first.dictionary)
    default:
      return datums(type, vectors, sources, positions, count)
  }
}

const sameForm = (a: AnyVector, b: AnyVector): boolean => {
  if (a.kind === 'decimal') return b.kind === 'decimal' && a.scale === b.scale
  if (a.kind === 'dictionary') return b.kind === 'dictionary' && a.dictionary === b.dictionary
  return a.kind === b.kind
}

const datums = (
  type: SqlType,
  vectors: readonly AnyVector[],
  sources: Int32Array,
  positions: Int32Array,
  count: number,
): AnyVector => {
  const values = new Array<Datum>(count)
  for (let i = 0; i < count; i++) {
    const position = positions[i] as number
    values[i] = position < 0 ? null : (vectors[sources[i] as number] as AnyVector).get(position)
  }
  return vectorOf(type, values)
}

const pick = <T extends Numbers>(
  vectors: readonly AnyVector[],
  sources: Int32Array,
  positions: Int32Array,
  out: T,
): T => {
  const arrays = vectors.map(
    (vector): Numbers => (vector.kind === 'dictionary' ? vector.codes : (vector as Int32Vector).values),
  )
  for (let i = 0; i < out.length; i++) {
    const position = positions[i] as number
    if (position >= 0) out[i] = (arrays[sources[i] as number] as Numbers)[position] as number
  }
  return out
}

const nullsAt = (vectors: readonly AnyVector[], sources: Int32Array, positions: Int32Array, count: number): Nulls => {
  const nulls = vectors.map((vector) => (vector as Int32Vector).nulls)
  let out: Nulls = null
  for (let i = 0; i < count; i++) {
    const position = positions[i] as number
    const flags = nulls[sources[i] as number]
    if (position < 0 || (flags !== null && flags?.[position] === 1)) {
      out ??= new Uint8Array(count)
      out[i] = 1
    }
  }
  return out
}
