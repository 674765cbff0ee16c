/** GROUP BY: which expressions group, and the check that nothing else of the level's columns is used bare. */
import { groupingError, type Location } from '../errors/raise/analysis.ts'
import type { ErrorFields } from '../errors/sql-error.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { directArguments } from '../functions/records.ts'
import type { ColumnId, Expr } from './expression.ts'
import { children, sameExpr } from './nodes.ts'
import type { FromItem, TableItem } from './query.ts'
import { visitQuery } from './walk.ts'

const DIRECT = { detail: 'Direct arguments of an ordered-set aggregate must use only grouped columns.' } as const

/** A column of the level: how messages name it and the table it belongs to. */
interface LevelColumn {
  readonly display: string
  readonly table: TableItem | null
  readonly attnum: number
}

const levelColumns = (from: readonly FromItem[]): Map<ColumnId, LevelColumn> => {
  const columns = new Map<ColumnId, LevelColumn>()
  const add = (item: FromItem): void => {
    if (item.kind === 'join') {
      add(item.left)
      add(item.right)
      for (const { column } of item.merged) columns.set(column.id, { display: column.name, table: null, attnum: 0 })
      return
    }
    for (const column of item.columns) {
      const table = item.kind === 'table' ? item : null
      columns.set(column.id, { display: `${item.alias}.${column.name}`, table, attnum: column.attnum })
    }
  }
  from.forEach(add)
  return columns
}

/**
 * Checks expressions above the grouping. Answers the columns that are used because they depend on a grouped primary
 * key: they must be carried through the grouping. Oids of these keys are added to `keys`.
 */
export const checkGrouped = (
  catalog: CatalogSnapshot,
  from: readonly FromItem[],
  groupBy: readonly Expr[],
  exprs: readonly { readonly expr: Expr; readonly location: Location }[],
  keys: Set<number>,
): Expr[] => {
  const level = levelColumns(from)
  const dependent = new Map<ColumnId, Expr>()
  const keyed = tablesGroupedByKey(catalog, level, groupBy)
  const check = (expr: Expr, location: Location, inSubquery: boolean, fields: ErrorFields = {}): void => {
    if (groupBy.some((g) => sameExpr(g, expr))) return
    if (expr.kind === 'column') {
      const column = level.get(expr.id)
      if (column === undefined) return
      const key = column.table === null ? undefined : keyed.get(column.table)
      if (key !== undefined) {
        keys.add(key)
        dependent.set(expr.id, expr)
        return
      }
      throw inSubquery
        ? groupingError(`subquery uses ungrouped column "${column.display}" from outer query`, location, fields)
        : groupingError(
            `column "${column.display}" must appear in the GROUP BY clause or be used in an aggregate function`,
            location,
            fields,
          )
    }
    if (expr.kind === 'aggregate') {
      const direct = directArguments(expr.function, expr.args.length) ?? 0
      for (const arg of expr.args.slice(0, direct)) check(arg, location, inSubquery, DIRECT)
      return
    }
    if (expr.kind === 'grouping') {
      const at = expr.args.findIndex((arg) => !groupBy.some((g) => sameExpr(g, arg)))
      if (at === -1) return
      const problem = 'arguments to GROUPING must be grouping expressions of the associated query level'
      throw groupingError(problem, expr.locations[at])
    }
    for (const child of children(expr)) check(child, location, inSubquery, fields)
    if (expr.kind === 'subquery') visitQuery(expr.query, (e) => e.kind === 'column' && check(e, location, true))
  }
  for (const { expr, location } of exprs) check(expr, location, false)
  return [...dependent.values()]
}

/** Tables whose primary key columns are all grouped, and the keys: their other columns have one value per group. */
const tablesGroupedByKey = (
  catalog: CatalogSnapshot,
  level: ReadonlyMap<ColumnId, LevelColumn>,
  groupBy: readonly Expr[],
): Map<TableItem, number> => {
  const grouped = new Map<TableItem, Set<number>>()
  for (const expr of groupBy) {
    const column = expr.kind === 'column' ? level.get(expr.id) : undefined
    if (column === undefined || column.table === null) continue
    const attnums = grouped.get(column.table) ?? new Set()
    grouped.set(column.table, attnums.add(column.attnum))
  }
  const keyed = new Map<TableItem, number>()
  for (const [table, attnums] of grouped) {
    const key = catalog.constraintsOf(table.relation.oid).find((c) => c.type === 'primary' && !c.deferrable)
    if (key?.columns.every((attnum) => attnums.has(attnum))) keyed.set(table, key.oid)
  }
  return keyed
}
