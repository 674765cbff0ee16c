/** The rows behind the rows of cursors: WHERE CURRENT OF asks for them. */
import type { AnalysisContext, CursorRows } from '../analyze/context.ts'
import type { DmlQuery, FromItem, OutputColumn, Query, SelectQuery, TableItem } from '../analyze/query.ts'
import { columnRef } from '../analyze/nodes.ts'
import type { RelationObject } from '../catalog/objects.ts'
import {
  cursorHeld,
  cursorNotPositioned,
  cursorNotUpdatable,
  cursorWithoutLock,
  undefinedCursor,
} from '../errors/raise/session.ts'
import { ROWID_ATTNUM, TABLEOID_ATTNUM } from '../plan/physical.ts'
import { OID } from '../types/oids.ts'
import type { SessionCore } from './core.ts'

/** A table that a cursor reads: where in its rows the addresses are. */
export interface CursorSource {
  readonly relation: RelationObject
  readonly locked: boolean
  readonly rowid: number
  readonly tableoid: number
}

/** What is known of the tables behind a cursor's query. */
export interface CursorSources {
  readonly tables: readonly CursorSource[]
  /** The query locks rows of some of them. */
  readonly locks: boolean
}

const tablesIn = (item: FromItem): TableItem[] =>
  item.kind === 'join' ? [...tablesIn(item.left), ...tablesIn(item.right)] : item.kind === 'table' ? [item] : []

/** Whether the query's rows are rows of its tables. */
const keepsRows = (query: Query | DmlQuery): query is SelectQuery =>
  query.kind === 'select' &&
  query.distinct === 'none' &&
  query.grouping === null &&
  !query.aggregated &&
  query.windows.length === 0

const addressOf = (context: AnalysisContext, item: TableItem, name: 'ctid' | 'tableoid'): OutputColumn => {
  const attnum = name === 'ctid' ? ROWID_ATTNUM : TABLEOID_ATTNUM
  const known = item.columns.find((c) => c.attnum === attnum)
  if (known !== undefined) return known
  const type = context.typeOf(name === 'ctid' ? OID.tid : OID.oid)
  const column = { id: context.freshColumn(), name, type, typmod: -1, tableOid: item.relation.oid, attnum }
  ;(item.columns as OutputColumn[]).push(column)
  return column
}

/** Has a cursor's query deliver the addresses of its rows behind its own columns. */
export const withAddresses = (
  context: AnalysisContext,
  query: Query | DmlQuery,
): { query: Query | DmlQuery; sources: CursorSources } => {
  const locks = query.kind === 'select' && query.locks.length > 0
  if (!keepsRows(query)) return { query, sources: { tables: [], locks } }
  const items = query.from.flatMap(tablesIn).filter((item) => item.relation.system === null)
  const targets = [...query.targets]
  const add = (item: TableItem, name: 'ctid' | 'tableoid'): number => {
    const expr = columnRef(addressOf(context, item, name))
    const column = { id: context.freshColumn(), name, type: expr.type, typmod: -1, tableOid: 0, attnum: 0 }
    return targets.push({ column, expr, hidden: false }) - 1
  }
  const tables = items.map((item): CursorSource => {
    const locked = query.locks.some((lock) => lock.items.includes(item))
    return { relation: item.relation, locked, rowid: add(item, 'ctid'), tableoid: add(item, 'tableoid') }
  })
  const shaped = { ...query, targets, outputs: targets.map((t) => t.column) }
  return { query: shaped, sources: { tables, locks } }
}

/** The table among a cursor's that a statement means. */
const sourceFor = (name: string, { tables, locks }: CursorSources, table: RelationObject): CursorSource => {
  const own = tables.filter(({ relation }) => relation.oid === table.oid)
  const candidates = locks ? own.filter((source) => source.locked) : own
  const [only, ...others] = candidates
  if (locks && (only === undefined || others.length > 0)) throw cursorWithoutLock(name, table.name, others.length > 0)
  if (only === undefined || (!locks && tables.length > 1)) throw cursorNotUpdatable(name, table.name)
  return only
}

export const cursorRows = (core: SessionCore): CursorRows => ({
  current: (name, { relation: table }) => {
    const cursor = core.cursors.get(name)
    if (cursor === undefined) throw undefinedCursor(name)
    if (cursor.hold && !core.block.heldCursors.has(name)) throw cursorHeld(name)
    const source = sourceFor(name, cursor.sources, table)
    const row = cursor.current()
    if (row === null) throw cursorNotPositioned(name)
    return { relation: row[source.tableoid] as number, rowid: row[source.rowid] as number }
  },
})
