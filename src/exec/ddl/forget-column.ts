/** What is left of a column that was dropped, its place, or of one whose default was. */
import type { Column } from '../../catalog/objects.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import { currentRelation, type DefinitionContext } from './context.ts'

export const forgetColumn = (context: DefinitionContext, relation: number, attnum: number): void => {
  const before = currentRelation(context, relation)
  const columns = before.columns.map(
    (column): Column =>
      column.attnum === attnum
        ? {
            ...column,
            name: `........pg.dropped.${attnum}........`,
            dropped: true,
            notNull: false,
            default: null,
            identity: null,
            generated: false,
            uses: [],
            missing: null,
          }
        : column,
  )
  const changed = { ...before, columns }
  context.catalog.put(changed)
  if (changed.storageId === 0) return
  context.storage.store(changed.storageId).setColumns(context.transaction, descriptorsOf(changed))
}

/** A column whose default went with something that it needs. */
export const forgetDefault = (context: DefinitionContext, relation: number, attnum: number): void => {
  const before = currentRelation(context, relation)
  const columns = before.columns.map((column): Column => {
    if (column.attnum !== attnum) return column
    const { uses: _, ...kept } = column
    return { ...kept, default: null }
  })
  context.catalog.put({ ...before, columns })
}
