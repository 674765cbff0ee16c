/** Copies of chosen positions of a vector. Position -1 gives NULL (the missing side of outer joins). */
import type { Datum } from '../types/sql-type.ts'
import {
  BoolVector,
  ConstantVector,
  DatumVector,
  DecimalVector,
  DictionaryVector,
  Float64Vector,
  Int32Vector,
  type AnyVector,
  type Nulls,
} from './vector.ts'

/** The values at `positions[0 … count)`, in that order. */
export const gather = (vector: AnyVector, positions: Int32Array, count: number = positions.length): AnyVector => {
  switch (vector.kind) {
    case 'int32':
      return new Int32Vector(
        pick(vector.values, positions, new Int32Array(count)),
        nullsAt(vector.nulls, positions, count),
      )
    case 'float64':
      return new Float64Vector(
        pick(vector.values, positions, new Float64Array(count)),
        nullsAt(vector.nulls, positions, count),
      )
    case 'bool':
      return new BoolVector(
        pick(vector.values, positions, new Uint8Array(count)),
        nullsAt(vector.nulls, positions, count),
      )
    case 'decimal':
      return new DecimalVector(
        pick(vector.values, positions, new Float64Array(count)),
        vector.scale,
        nullsAt(vector.nulls, positions, count),
      )
    case 'dictionary': {
      const codes = new Int32Array(count)
      for (let i = 0; i < count; i++) {
        const position = positions[i] as number
        codes[i] = position < 0 ? -1 : (vector.codes[position] as number)
      }
      return new DictionaryVector(codes, vector.dictionary)
    }
    case 'datums': {
      const values = new Array<Datum>(count)
      for (let i = 0; i < count; i++) {
        const position = positions[i] as number
        values[i] = position < 0 ? null : vector.values[position]
      }
      return new DatumVector(values)
    }
    case 'constant':
      return gatherConstant(vector, positions, count)
  }
}

const gatherConstant = (vector: ConstantVector, positions: Int32Array, count: number): AnyVector => {
  for (let i = 0; i < count; i++) {
    if ((positions[i] as number) < 0) {
      return new DatumVector(
        Array.from({ length: count }, (_, k) => ((positions[k] as number) < 0 ? null : vector.value)),
      )
    }
  }
  return new ConstantVector(vector.value, count)
}

type Numbers = Int32Array | Float64Array | Uint8Array

const pick = <T extends Numbers>(values: T, positions: Int32Array, out: T): T => {
  for (let i = 0; i < out.length; i++) {
    const position = positions[i] as number
    if (position >= 0) out[i] = values[position] as number
  }
  return out
}

const nullsAt = (nulls: Nulls, positions: Int32Array, count: number): Nulls => {
  let out: Nulls = null
  for (let i = 0; i < count; i++) {
    const position = positions[i] as number
    if (position < 0 || (nulls !== null && nulls[position] === 1)) {
      out ??= new Uint8Array(count)
      out[i] = 1
    }
  }
  return out
}
