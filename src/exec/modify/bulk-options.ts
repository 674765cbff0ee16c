/** How statements that store many rows have a bulk load look after unique keys and locked key ranges. */
import type { SqlError } from '../../errors/sql-error.ts'
import type { BulkOptions } from '../../storage/table/bulk-writer.ts'
import type { ExecutionContext } from '../context.ts'
import type { RowWriter } from './row-writer.ts'

/**
 * `located` adds to an error where the `ordinal`-th row of the load came from. Null: each row is looked at before it is
 * stored.
 */
export const bulkOptions = (
  writer: RowWriter,
  { transaction }: ExecutionContext,
  located: (error: SqlError, ordinal: number) => SqlError = (error) => error,
): BulkOptions | null => {
  if (writer.uniques.some(({ exclusion }) => exclusion !== null)) return null
  // Deferrable keys are looked at when the statement or the transaction ends.
  const uniques = writer.uniques.filter(({ relation }) => relation.index?.immediate !== false)
  return {
    watched: uniques,
    enter: (index, range) => {
      const { id } = index.definition
      return transaction.hasRanges(id) ? transaction.enterRange(id, index.interval(range)) : null
    },
    duplicate: (index, key, ordinal) => {
      const unique = uniques.find((candidate) => candidate.index === index) as (typeof uniques)[number]
      return located(writer.violation({ unique, key, rowid: -1 }), ordinal)
    },
  }
}
