/** Tables that store values of a row type: they follow its fields, or keep it from changing. */
import type { RelationObject } from '../../catalog/objects.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import { rowTypeUsedByColumn } from '../../errors/raise/definitions.ts'
import { typeUsedByColumn } from '../../errors/raise/types.ts'
import { isRowType, SqlRecord } from '../../types/record.ts'
import type { Datum } from '../../types/sql-type.ts'
import { containsType } from './contains-type.ts'
import type { DefinitionContext } from './context.ts'
import { changeStoredValues } from './value-changes.ts'

/** Throws 0A000 when a table or an index stores values of the relation's row type. */
export const requireUnstored = (context: DefinitionContext, relation: RelationObject): void => {
  if (relation.rowType === 0) return
  for (const user of context.catalog.snapshot.all('relation')) {
    const column = storingColumn(context, user, relation.rowType)
    if (column === null) continue
    throw (relation.kind === 'c' ? typeUsedByColumn : rowTypeUsedByColumn)(relation.name, user.name, column)
  }
}

/**
 * Values of a row type that are stored elsewhere follow its fields: `change` makes of a value's fields what they are now.
 * `before`: the catalog in which tables and types are as the values were stored.
 */
export const changeStoredRows = async (
  context: DefinitionContext,
  before: CatalogSnapshot,
  rowType: number,
  change: (values: readonly Datum[]) => readonly Datum[],
): Promise<void> => {
  const type = context.catalog.snapshot.typeOf(rowType)
  const fields = isRowType(type) ? type.fields() : []
  const types = fields.map((field) => field.type)
  const names = fields.map((field) => field.name)
  await changeStoredValues(context, before, (found) =>
    found.oid === rowType ? ({ values }: SqlRecord) => new SqlRecord(types, change(values), names) : null,
  )
}

/** The fields of a row with a new one behind the first `count`. */
export const withField = (values: readonly Datum[], count: number): readonly Datum[] =>
  Array.from({ length: count + 1 }, (_, i) => (i < count ? (values[i] ?? null) : null))

/** The name of a column that stores values of a type; null where there is none. */
const storingColumn = (context: DefinitionContext, user: RelationObject, rowType: number): string | null => {
  const keys = user.index?.keys ?? []
  const key = keys.findIndex(({ type }) => containsType(context, type, rowType))
  if (key >= 0) return user.columns[key]?.name ?? 'expr'
  if (user.kind !== 'r' && user.kind !== 'm' && user.kind !== 'p') return null
  return user.columns.find((c) => !c.dropped && containsType(context, c.type, rowType))?.name ?? null
}
