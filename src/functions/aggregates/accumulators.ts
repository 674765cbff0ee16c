/** Row-at-a-time accumulators: small state machines that the aggregate records are built from. */
import type { Datum } from '../../types/sql-type.ts'
import type { EvalContext } from '../context.ts'
import type { Accumulator } from '../records.ts'

/** Folds non-NULL values with `combine`; NULL when there were none. */
export const folding = (combine: (state: Datum, value: Datum) => Datum): Accumulator => {
  let state: Datum = null
  return {
    add: (_context, value) => {
      state = state === null ? value : combine(state, value)
    },
    result: () => state,
  }
}

/** Keeps a state that starts as `initial` and is read by `finish`; `finish` sees how many values came. */
export const counting = <S>(
  initial: S,
  combine: (state: S, ...values: Datum[]) => S,
  finish: (state: S, count: number) => Datum,
): Accumulator => {
  let state = initial
  let count = 0
  return {
    add: (_context, ...values) => {
      state = combine(state, ...values)
      count++
    },
    result: () => finish(state, count),
  }
}

/** Collects the arguments of every row; `finish` reads them. */
export const collecting = (finish: (rows: readonly Datum[][], context: EvalContext) => Datum): Accumulator => {
  const rows: Datum[][] = []
  return {
    add: (_context, ...values) => {
      rows.push(values)
    },
    result: (context) => finish(rows, context),
  }
}
