/** Vectors of every kind with a fixed sequence of values, for comparing ways to evaluate. */
import { Numeric } from '../../../src/types/numeric/numeric.ts'
import type { Datum } from '../../../src/types/sql-type.ts'
import {
  BoolVector,
  ConstantVector,
  DatumVector,
  DecimalVector,
  DictionaryVector,
  Float64Vector,
  Int32Vector,
  type AnyVector,
} from '../../../src/vector/vector.ts'

/** Numbers in [0, 1), the same in every run. */
export const randomNumbers = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const WORDS = ['', 'a', 'ab', 'abc', 'green', 'GREEN ', 'ä', '%']

/** One vector per kind that a type may come as, with NULLs and without. */
export const vectorsOf = (type: string, length: number, random: () => number): AnyVector[] => {
  const whole = (size: number): number => Math.floor(random() * size)
  const array = <T>(make: () => T): T[] => Array.from({ length }, make)
  const nulls = (): Uint8Array => Uint8Array.from(array(() => (random() < 0.2 ? 1 : 0)))
  const datums = (make: () => Datum): AnyVector => new DatumVector(array(() => (random() < 0.2 ? null : make())))
  const constants = (make: () => Datum): AnyVector[] => [
    new ConstantVector(make(), length),
    new ConstantVector(null, length),
  ]
  switch (type) {
    case 'int4':
    case 'date': {
      const small = (): number => whole(21) - 10
      return [null, nulls()]
        .map((n): AnyVector => new Int32Vector(Int32Array.from(array(small)), n))
        .concat(constants(small))
    }
    case 'int8': {
      const large = (): Datum =>
        random() < 0.2 ? 2n ** 60n : random() < 0.3 ? Number.MAX_SAFE_INTEGER : whole(20) - 10
      const safe = (): number => (random() < 0.1 ? Number.MAX_SAFE_INTEGER : whole(20) - 10)
      return [new Float64Vector(Float64Array.from(array(safe)), nulls()), datums(large), ...constants(safe)]
    }
    case 'float8': {
      const specials = [Number.NaN, Number.POSITIVE_INFINITY, -0, 0]
      const float = (): number => (random() < 0.2 ? (specials[whole(4)] as number) : random() * 10 - 5)
      return [null, nulls()]
        .map((n): AnyVector => new Float64Vector(Float64Array.from(array(float)), n))
        .concat(constants(float))
    }
    case 'numeric': {
      const scaled = (): number => whole(2001) - 1000
      const huge = (): number => (random() < 0.1 ? Number.MAX_SAFE_INTEGER - whole(5) : scaled())
      const any = (): Numeric => (random() < 0.1 ? Numeric.NaN : Numeric.fromScaled(huge(), whole(4)))
      return [
        new DecimalVector(Float64Array.from(array(scaled)), 2, null),
        new DecimalVector(Float64Array.from(array(scaled)), 0, nulls()),
        new DecimalVector(Float64Array.from(array(huge)), 4, nulls()),
        datums(any),
        ...constants(any),
      ]
    }
    case 'text': {
      const word = (): string => WORDS[whole(WORDS.length)] as string
      const codes = Int32Array.from(array(() => whole(WORDS.length + 1) - 1))
      return [new DictionaryVector(codes, WORDS), datums(word), ...constants(word)]
    }
    default: {
      const values = Uint8Array.from(array(() => whole(2)))
      return [new BoolVector(values, null), new BoolVector(values, nulls()), ...constants(() => random() < 0.5)]
    }
  }
}
