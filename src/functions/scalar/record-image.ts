/** Comparison of rows by the bytes of their fields: `*=`, `*<` and their kin, for which no type needs an order. */
import { recordColumnTypes, recordWidths } from '../../errors/raise/data.ts'
import type { SqlRecord } from '../../types/record.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { compareBytes } from '../../types/text-order.ts'
import type { EvalContext } from '../context.ts'
import { sessionScalar } from '../define.ts'
import { operator } from '../operators/define.ts'
import type { OperatorRecord, ScalarFunction } from '../records.ts'

/** Field by field, NULLs last. Throws 42804 for rows of different types. */
const compareImages = ({ format }: EvalContext, a: SqlRecord, b: SqlRecord): number => {
  const shared = Math.min(a.values.length, b.values.length)
  for (let i = 0; i < shared; i++) {
    const [left, right] = [a.types[i] as SqlType, b.types[i] as SqlType]
    if (left.oid !== right.oid) throw recordColumnTypes(left.sqlName, right.sqlName, i + 1)
    const [x, y] = [a.values[i], b.values[i]]
    if (x === null || y === null) {
      if (x !== y) return x === null ? 1 : -1
      continue
    }
    const order = compareBytes(left.send(x, format), right.send(y, format))
    if (order !== 0) return order
  }
  if (a.values.length !== b.values.length) throw recordWidths()
  return 0
}

/** `function operator commutator negator word symbol selectivity`, and the relation itself. */
const RELATIONS = [
  [3181, 3188, 3188, 3189, 'eq', '*=', 'eqsel', (order: number) => order === 0],
  [3182, 3189, 3189, 3188, 'ne', '*<>', 'neqsel', (order: number) => order !== 0],
  [3183, 3190, 3191, 3193, 'lt', '*<', 'scalarltsel', (order: number) => order < 0],
  [3184, 3191, 3190, 3192, 'gt', '*>', 'scalargtsel', (order: number) => order > 0],
  [3185, 3192, 3193, 3191, 'le', '*<=', 'scalarlesel', (order: number) => order <= 0],
  [3186, 3193, 3192, 3190, 'ge', '*>=', 'scalargesel', (order: number) => order >= 0],
] as const

const description = (symbol: string): string => `compare rows by their bytes: ${symbol}`

export const recordImageFunctions: readonly ScalarFunction[] = RELATIONS.map(([oid, , , , word, symbol, , holds]) =>
  sessionScalar(
    oid,
    `record_image_${word}(record, record) bool`,
    description(symbol),
    (context, a, b) => holds(compareImages(context, a, b)),
    { volatility: 'immutable' },
  ),
)

export const recordImageOperators: readonly OperatorRecord[] = RELATIONS.map(
  ([fn, oid, commutator, negator, , symbol, selectivity]) =>
    operator(oid, `record ${symbol} record`, 'bool', fn, description(symbol), {
      commutator,
      negator,
      selectivity,
      merges: symbol === '*=',
    }),
)
