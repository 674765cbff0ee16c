/** What the optimizer asks of the world around it: the catalog, fresh column ids, facts about stored tables. */
import type { Expr } from '../analyze/expression.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import type { TableStatistics } from '../catalog/statistics/model.ts'
import type { SqlError } from '../errors/sql-error.ts'
import type { BuildContext } from '../plan/build-nodes.ts'
import type { Datum } from '../types/sql-type.ts'
import type { PlannerMethods } from './methods.ts'

/** What zone maps say of a column, segments taken together. */
export interface ColumnSummary {
  /** Bounds over all summarised rows; null when there is no value or the type has no order. */
  readonly min: Datum
  readonly max: Datum
  /** Share of NULLs, 0 to 1. */
  readonly nullFraction: number
  /** Estimated number of distinct values. */
  readonly distinct: number
}

/** Facts about stored tables that the optimizer asks for. All of them are hints: no plan may be wrong without them. */
export interface TableFacts {
  /** Approximate number of live rows of a storage. */
  rowCount(storageId: number): number
  /** What ANALYZE stored for a table, by its oid; null: never analysed. */
  statistics?(table: number): TableStatistics | null
  /** Summary of a column by zone maps, null when nothing is summarised. `attnum` counts from 1. */
  summary?(storageId: number, attnum: number): ColumnSummary | null
}

export interface OptimizerContext extends BuildContext {
  readonly catalog: CatalogSnapshot
  readonly tables: TableFacts
  /** Value of an expression of constants in the session that plans; absent where there is none. Throws what it fails with. */
  readonly compute?: (expr: Expr) => Datum
  readonly methods: PlannerMethods
  /** Told of what will fail whenever the plan runs. */
  readonly failed?: (error: SqlError) => void
  /** Told of a computation of constants that has failed, which may not be asked for in the end. */
  readonly computationFailed?: (error: unknown) => void
}
