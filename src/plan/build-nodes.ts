/** Small pieces that logical plans are built from. */
import { mapChildren } from '../analyze/nodes.ts'
import type { ColumnId, Expr } from '../analyze/expression.ts'
import type { FromItem, OutputColumn, TableItem } from '../analyze/query.ts'
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { LogicalPlan, LogicalScan } from './logical.ts'
import { ROWID_ATTNUM, TABLEOID_ATTNUM, type PlanColumn } from './physical.ts'

/** What building needs besides the query: fresh column ids and a few types. */
export interface BuildContext {
  freshColumn(): ColumnId
  typeOf(oid: number): SqlType
}

export const planColumn = (column: OutputColumn): PlanColumn => ({
  id: column.id,
  name: column.name,
  type: column.type,
})

export const RESULT: LogicalPlan = { kind: 'result', outputs: [] }

export const isLateral = (item: FromItem): boolean =>
  item.kind === 'join'
    ? isLateral(item.left) || isLateral(item.right)
    : (item.kind === 'subquery' || item.kind === 'function') && item.lateral

export const crossJoin = (left: LogicalPlan, right: LogicalPlan, lateral: boolean): LogicalPlan => ({
  kind: 'join',
  type: 'inner',
  left,
  right,
  condition: null,
  lateral,
  nullAware: false,
  outputs: [...left.outputs, ...right.outputs],
})

export const refer = (column: PlanColumn): Expr => ({
  kind: 'column',
  id: column.id,
  name: column.name,
  type: column.type,
  typmod: -1,
})

/** Conditions from above do not pass, unless they give nothing away of the rows that they are asked about. */
export const barrier = (input: LogicalPlan): LogicalPlan => ({ kind: 'barrier', input, outputs: input.outputs })

export const rowidColumn = (context: BuildContext, id: ColumnId): Expr => ({
  kind: 'column',
  id,
  name: 'ctid',
  type: context.typeOf(OID.tid),
  typmod: -1,
})

export const tableoidColumn = (context: BuildContext, id: ColumnId): Expr => ({
  kind: 'column',
  id,
  name: 'tableoid',
  type: context.typeOf(OID.oid),
  typmod: -1,
})

/** Columns for a row's address: within its table, and which table that is where there are several. */
export interface RowAddress {
  readonly rowid: ColumnId
  readonly tableoid: ColumnId | null
}

export const rowAddress = (item: TableItem, context: BuildContext): RowAddress => ({
  rowid: context.freshColumn(),
  tableoid: item.inheritors === undefined ? null : context.freshColumn(),
})

/** A scan of every column of the item, and of the row's address when it is asked for. */
export const scanOf = (item: TableItem, address: RowAddress | null, context: BuildContext): LogicalScan => {
  const outputs = item.columns.map(planColumn)
  const attnums = item.columns.map((c) => c.attnum)
  if (address !== null) {
    outputs.push({ id: address.rowid, name: 'ctid', type: context.typeOf(OID.tid) })
    attnums.push(ROWID_ATTNUM)
    if (address.tableoid !== null) {
      outputs.push({ id: address.tableoid, name: 'tableoid', type: context.typeOf(OID.oid) })
      attnums.push(TABLEOID_ATTNUM)
    }
  }
  return { kind: 'scan', item, attnums, filter: null, outputs }
}

/** Delivers only some of the input's columns. */
export const narrow = (input: LogicalPlan, outputs: readonly PlanColumn[]): LogicalPlan => ({
  kind: 'project',
  input,
  columns: outputs.map((c) => ({ id: c.id, expr: refer(c) })),
  outputs,
})

/** The same rows under other ids and names, by position. */
export const renameOutputs = (input: LogicalPlan, outputs: readonly PlanColumn[]): LogicalPlan => {
  if (input.outputs.length === outputs.length && input.outputs.every((c, i) => c.id === outputs[i]?.id)) return input
  const columns = outputs.map((c, i) => ({ id: c.id, expr: refer(input.outputs[i] as PlanColumn) }))
  return { kind: 'project', input, columns, outputs }
}

export const containsSubquery = (expr: Expr): boolean => contains(expr, 'subquery')
export const containsSet = (expr: Expr): boolean => contains(expr, 'set-call')

const contains = (expr: Expr, kind: Expr['kind']): boolean => {
  let found = expr.kind === kind
  mapChildren(expr, (child) => {
    found ||= contains(child, kind)
    return child
  })
  return found
}

export const mentions = (expr: Expr, ids: ReadonlySet<ColumnId>): boolean => {
  if (expr.kind === 'column') return ids.has(expr.id)
  let found = false
  mapChildren(expr, (child) => {
    found ||= mentions(child, ids)
    return child
  })
  return found
}
