/** Orders rows by sort keys over a collected batch. */
import type { SortKey } from '../analyze/expression.ts'
import type { Datum } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'
import type { AnyVector, DictionaryVector } from '../vector/vector.ts'
import { compileExpression } from './expression/compile.ts'
import type { Compilation } from './expression/evaluator.ts'

/** Compares two physical positions of the batch the comparator was made for. */
export type PositionComparator = (a: number, b: number) => number

/** Comparator of rows of `batch` by the keys; ties keep the order of positions. */
export const positionComparator = (batch: Batch, keys: readonly SortKey[], scope: Compilation): PositionComparator => {
  const compares = keys.map((key) => keyComparator(compileExpression(key.expr, scope).vector(batch), key))
  if (compares.length === 1) {
    const only = compares[0] as PositionComparator
    return (a, b) => only(a, b) || a - b
  }
  return (a, b) => {
    for (const compare of compares) {
      const order = compare(a, b)
      if (order !== 0) return order
    }
    return a - b
  }
}

const keyComparator = (vector: AnyVector, key: SortKey): PositionComparator => {
  const ranks = ranksOf(vector, key)
  if (ranks !== null) return (a, b) => (ranks[a] as number) - (ranks[b] as number)
  const sign = key.descending ? -1 : 1
  const nullSign = key.nullsFirst ? -1 : 1
  const compare = comparisonOf(key)
  const datums = Array.from({ length: vector.length }, (_, i) => vector.get(i) as Datum)
  return (a, b) => {
    const x = datums[a]
    const y = datums[b]
    if (x === null) return y === null ? 0 : nullSign
    if (y === null) return -nullSign
    return compare(x, y) * sign
  }
}

const comparisonOf = (key: SortKey): ((a: Datum, b: Datum) => number) => {
  const { compare } = key.expr.type
  if (compare === null) throw new Error(`type ${key.expr.type.name} has no order`)
  return compare
}

/** A NULL's rank; those of values are far from it on both sides. */
const NULL_RANK = Number.MAX_VALUE

/**
 * Finite numbers by position whose ascending order is the key's, for integers and decimals: comparable between
 * vectors of one kind and scale. Null for every other vector.
 */
export const numberRanks = (vector: AnyVector, key: SortKey): Float64Array | null => {
  if (vector.kind !== 'int32' && vector.kind !== 'decimal') return null
  const sign = key.descending ? -1 : 1
  const nullRank = key.nullsFirst ? -NULL_RANK : NULL_RANK
  const { values, nulls } = vector
  const ranks = new Float64Array(values.length)
  for (let i = 0; i < ranks.length; i++) {
    ranks[i] = nulls !== null && nulls[i] === 1 ? nullRank : (values[i] as number) * sign
  }
  return ranks
}

/** Ranks of integers, decimals and, within one vector, dictionary codes. */
const ranksOf = (vector: AnyVector, key: SortKey): Float64Array | null => {
  if (vector.kind !== 'dictionary') return numberRanks(vector, key)
  const sign = key.descending ? -1 : 1
  const nullRank = key.nullsFirst ? -NULL_RANK : NULL_RANK
  const byEntry = entryRanks(vector, key)
  const ranks = new Float64Array(vector.length)
  for (let i = 0; i < ranks.length; i++) {
    const code = vector.codes[i] as number
    ranks[i] = code < 0 ? nullRank : (byEntry[code] as number) * sign
  }
  return ranks
}

/** Ranks of the dictionary entries that occur: equal ones share a rank. */
const entryRanks = ({ codes, dictionary }: DictionaryVector, key: SortKey): Float64Array => {
  const compare = comparisonOf(key)
  const ranks = new Float64Array(dictionary.length)
  const used = new Uint8Array(dictionary.length)
  for (const code of codes) if (code >= 0) used[code] = 1
  const entries = Array.from(dictionary.keys()).filter((entry) => used[entry] === 1)
  entries.sort((a, b) => compare(dictionary[a], dictionary[b]))
  let rank = 0
  for (const [i, entry] of entries.entries()) {
    if (i > 0 && compare(dictionary[entries[i - 1] as number], dictionary[entry]) !== 0) rank++
    ranks[entry] = rank
  }
  return ranks
}
