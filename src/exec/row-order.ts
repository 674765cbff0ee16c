/** Orders rows by sort keys over a collected batch. */
import type { SortKey } from '../analyze/expression.ts'
import type { Datum } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'
import type { AnyVector } from '../vector/vector.ts'
import { compileExpression } from './expression/compile.ts'
import type { Compilation } from './expression/interpret.ts'

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
  const sign = key.descending ? -1 : 1
  const nullSign = key.nullsFirst ? -1 : 1
  if ((vector.kind === 'int32' || vector.kind === 'decimal') && vector.nulls === null) {
    const { values } = vector
    return (a, b) => ((values[a] as number) - (values[b] as number)) * sign
  }
  const { compare } = key.expr.type
  if (compare === null) throw new Error(`type ${key.expr.type.name} has no order`)
  const datums = Array.from({ length: vector.length }, (_, i) => vector.get(i) as Datum)
  return (a, b) => {
    const x = datums[a]
    const y = datums[b]
    if (x === null) return y === null ? 0 : nullSign
    if (y === null) return -nullSign
    return compare(x, y) * sign
  }
}
