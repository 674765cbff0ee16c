/** What is known of a table column's values: by ANALYZE, else by zone maps and constraints, else PostgreSQL's guesses. */
import type { ColumnStatistics } from '../../catalog/statistics/model.ts'
import type { LogicalScan } from '../../plan/logical.ts'
import { Numeric } from '../../types/numeric/numeric.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { OptimizerContext } from '../facts.ts'

/** PostgreSQL's DEFAULT_NUM_DISTINCT. */
const DEFAULT_DISTINCT = 200

export interface ColumnFacts {
  readonly type: SqlType
  /** Rows of the table. */
  readonly rows: number
  readonly distinct: number
  /** The number is a guess, made of nothing. */
  readonly guessed: boolean
  readonly nullFraction: number
  readonly width: number
  readonly min: Datum
  readonly max: Datum
  readonly statistics: ColumnStatistics | null
  readonly correlation: number
}

/** Average width of a type's values when nothing is known. */
export const typeWidth = (type: SqlType): number => (type.length > 0 ? type.length : 32)

export const columnFacts = (
  scan: LogicalScan,
  attnum: number,
  type: SqlType,
  rows: number,
  context: OptimizerContext,
): ColumnFacts => {
  const { relation } = scan.item
  const unknown = { type, rows, width: typeWidth(type), nullFraction: 0, min: null, max: null }
  if (attnum < 0) return { ...unknown, distinct: rows, guessed: false, statistics: null, correlation: 1 }
  const stored = context.tables.statistics?.(relation.oid)?.columns.find((c) => c.attnum === attnum) ?? null
  const statistics = stored?.type === type.oid ? stored : null
  const summary = context.tables.summary?.(relation.storageId, attnum) ?? null
  const unique = isUnique(scan, attnum, context)
  if (statistics !== null) {
    const { distinct, histogram, nullFraction } = statistics
    const count = distinct < 0 ? -distinct * rows : distinct
    const values = [...statistics.commonValues, ...histogram]
    return {
      type,
      rows,
      distinct: unique ? rows : Math.max(1, count === 0 ? Math.min(DEFAULT_DISTINCT, rows) : count),
      guessed: false,
      nullFraction,
      width: statistics.averageWidth,
      min: summary?.min ?? extreme(values, type, -1),
      max: summary?.max ?? extreme(values, type, 1),
      statistics,
      correlation: statistics.correlation ?? 0,
    }
  }
  if (summary !== null) {
    const { min, max, nullFraction, distinct } = summary
    const count = unique ? rows : Math.max(1, Math.min(distinct, rows))
    return { ...unknown, min, max, nullFraction, distinct: count, guessed: false, statistics: null, correlation: 0 }
  }
  const guess = unique ? rows : type.name === 'bool' ? 2 : Math.min(DEFAULT_DISTINCT, rows)
  return { ...unknown, distinct: Math.max(1, guess), guessed: !unique, statistics: null, correlation: 0 }
}

const extreme = (values: readonly Datum[], type: SqlType, sign: 1 | -1): Datum => {
  const { compare } = type
  if (compare === null) return null
  let best: Datum = null
  for (const value of values) if (best === null || compare(value, best) * sign > 0) best = value
  return best
}

/** The column alone is a unique key. */
const isUnique = (scan: LogicalScan, attnum: number, context: OptimizerContext): boolean =>
  (scan.item.inheritors === undefined || scan.item.relation.kind === 'p') &&
  context.catalog.validIndexesOf(scan.item.relation.oid).some(({ index }) => {
    if (index === null || !index.unique || index.predicate !== null) return false
    return index.keys.length === 1 && index.keys[0]?.attnum === attnum
  })

/**
 * A datum as a point on a line, for interpolation between bounds; null for types without one. Texts by their first
 * characters.
 */
export const position = (value: Datum): number | null => {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string') {
    let point = 0
    for (let i = 0; i < 6; i++) point = point * 256 + Math.min(255, i < value.length ? value.charCodeAt(i) : 0)
    return point
  }
  if (value instanceof Numeric) {
    const point = Number(value.coefficient) / 10 ** value.scale
    return Number.isNaN(point) ? null : point
  }
  return null
}
