/** CREATE TYPE … AS (…) and ALTER TYPE … ATTRIBUTE: row types without a table. */
import { requireTableOwner, requireTypeUsage } from './permissions.ts'
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { withDescendants } from '../../catalog/inheritance.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import { undefinedColumn, undefinedColumnOfRelation, undefinedRelation } from '../../errors/raise/analysis.ts'
import {
  columnExists,
  duplicateColumnName,
  duplicateObject,
  duplicateRelation,
  notOfKind,
  notSupported,
} from '../../errors/raise/definitions.ts'
import { memberOfItself, pseudoAttribute, typeOfTypedTable } from '../../errors/raise/types.ts'
import {
  bodyOf,
  type AlterTableCmd,
  type AlterTableStmt,
  type ColumnDef,
  type CompositeTypeStmt,
  type RangeVar,
  type TypeName,
} from '../../sql/ast.ts'
import {
  currentRelation,
  noticeOf,
  PG_TYPE,
  creationTarget,
  targetSchema,
  truncateName,
  type DefinitionContext,
} from './context.ts'
import { typeByName } from './collations.ts'
import { storeTable } from './create-table.ts'
import { dropObjects } from './drop.ts'
import type { Action } from './alter-action.ts'
import { addColumn, dropColumn, setColumnType } from './alter-columns.ts'
import { containsType } from './contains-type.ts'
import { forgetColumn } from './forget-column.ts'
import { changeStoredRows, requireUnstored, withField } from './row-type-users.ts'

export const createComposite = (context: DefinitionContext, node: CompositeTypeStmt): void => {
  const range = node.typevar as RangeVar
  const name = truncateName(range.relname as string)
  const schema = creationTarget(context, range.schemaname).oid
  const { snapshot } = context.catalog
  const relation = snapshot.relationIn(schema, name)
  if (relation !== null) {
    throw relation.rowType === 0 ? duplicateRelation(name) : duplicateObject('type', name)
  }
  if (snapshot.isTypeName(schema, name)) throw duplicateObject('type', name)
  const columns = (node.coldeflist ?? []).map((n, i) =>
    attribute(context, bodyOf(n, 'ColumnDef') as ColumnDef, i + 1, 0),
  )
  const names = new Set<string>()
  for (const column of columns) {
    if (names.has(column.name)) throw duplicateColumnName(column.name)
    names.add(column.name)
  }
  storeTable(context, { name, schema, columns, persistence: 'p', kind: 'c' })
}

const attribute = (context: DefinitionContext, node: ColumnDef, attnum: number, rowType: number): Column => {
  const name = truncateName(node.colname as string)
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  const { type: named, typmod } = resolveTypeName(scope, node.typeName as TypeName)
  requireTypeUsage(context, named)
  const type = typeByName(context, named, node.collClause?.collname)
  if (type.kind === 'p') throw pseudoAttribute(name, type.sqlName)
  if (rowType !== 0 && containsType(context, type, rowType)) {
    throw memberOfItself(context.catalog.snapshot.typeObject(rowType)?.name ?? '')
  }
  return {
    attnum,
    name,
    type,
    typmod,
    notNull: false,
    default: null,
    generated: false,
    identity: null,
    dropped: false,
    missing: null,
    collation: type.collation,
    comment: null,
  }
}

/** The composite type that is named. Throws 42704, 42809. */
const compositeNamed = async (context: DefinitionContext, range: RangeVar): Promise<RelationObject> => {
  const { snapshot } = context.catalog
  const name = range.relname as string
  const path = range.schemaname === undefined ? context.searchPath : [targetSchema(context, range.schemaname).oid]
  const found = snapshot.findRelation(name, path)
  if (found === null) {
    if (snapshot.findType(name, path) !== null) throw notOfKind(name, 'composite type')
    throw undefinedRelation(range.schemaname === undefined ? name : `${range.schemaname}.${name}`)
  }
  if (found.kind !== 'c') throw notOfKind(name, 'composite type')
  requireTableOwner(context, found)
  await context.lockObject(PG_TYPE, found.rowType, 'accessExclusive')
  return currentRelation(context, found.oid)
}

export const alterComposite = async (context: DefinitionContext, node: AlterTableStmt): Promise<void> => {
  const relation = await compositeNamed(context, node.relation as RangeVar)
  for (const item of node.cmds ?? []) {
    await alterAttribute(
      context,
      currentRelation(context, relation.oid),
      bodyOf(item, 'AlterTableCmd') as AlterTableCmd,
    )
  }
}

const alterAttribute = async (
  context: DefinitionContext,
  relation: RelationObject,
  command: AlterTableCmd,
): Promise<void> => {
  const before = context.catalog.snapshot
  const live = relation.columns.filter((c) => !c.dropped)
  const definition = command.def === undefined ? undefined : bodyOf(command.def, 'ColumnDef')
  const tables = typedTables(context, relation, command.behavior)
  switch (command.subtype) {
    case 'AT_AddColumn': {
      const name = definition?.colname as string
      if (live.some((c) => c.name === name)) throw columnExists(name, relation.name)
      const added = attribute(context, definition as ColumnDef, relation.columns.length + 1, relation.rowType)
      context.catalog.put({ ...relation, columns: [...relation.columns, added] })
      await changeStoredRows(context, before, relation.rowType, (values) => withField(values, live.length))
      return eachTyped(context, tables, command, addColumn)
    }
    case 'AT_DropColumn': {
      const found = live.find((c) => c.name === command.name)
      if (found === undefined) {
        if (!command.missing_ok) throw undefinedColumnOfRelation(command.name as string, relation.name)
        noticeOf(context, `column "${command.name}" of relation "${relation.name}" does not exist, skipping`)
        return
      }
      await dropObjects(context, [relation], command.behavior === 'DROP_CASCADE', found.attnum)
      forgetColumn(context, relation.oid, found.attnum)
      await changeStoredRows(context, before, relation.rowType, (values) => values.toSpliced(live.indexOf(found), 1))
      return eachTyped(context, tables, command, dropColumn)
    }
    case 'AT_AlterColumnType': {
      const found = live.find((c) => c.name === command.name)
      if (found === undefined) throw undefinedColumnOfRelation(command.name as string, relation.name)
      requireUnstored(context, relation)
      const renamed = { ...(definition as ColumnDef), colname: found.name }
      const changed = attribute(context, renamed, found.attnum, relation.rowType)
      context.catalog.put({ ...relation, columns: relation.columns.map((c) => (c === found ? changed : c)) })
      return eachTyped(context, tables, command, setColumnType)
    }
    default:
      throw notSupported(`ALTER TYPE ${command.subtype} is not supported`)
  }
}

/** The tables that are of the type, which follow it where CASCADE says so. Throws 2BP01. */
const typedTables = (
  context: DefinitionContext,
  { name, rowType }: RelationObject,
  behavior: AlterTableCmd['behavior'],
): RelationObject[] => {
  const tables = [...context.catalog.snapshot.all('relation')].filter((table) => table.ofType === rowType)
  if (tables.length > 0 && behavior !== 'DROP_CASCADE') throw typeOfTypedTable(name)
  return tables
}

const eachTyped = async (
  context: DefinitionContext,
  tables: readonly RelationObject[],
  command: AlterTableCmd,
  act: Action,
): Promise<void> => {
  for (const { oid } of tables) {
    await context.lock(oid, 'accessExclusive')
    await act(context, currentRelation(context, oid), command, { only: false, inherited: false, typed: true })
  }
}

/** ALTER TYPE … RENAME ATTRIBUTE. */
export const renameAttribute = async (
  context: DefinitionContext,
  range: RangeVar,
  from: string,
  to: string,
  behavior: AlterTableCmd['behavior'],
): Promise<void> => {
  const relation = await compositeNamed(context, range)
  const tables = typedTables(context, relation, behavior)
  for (const { oid } of [relation, ...tables.flatMap((table) => withDescendants(context.catalog.snapshot, table))]) {
    if (oid !== relation.oid) await context.lock(oid, 'accessExclusive')
    const renamed = currentRelation(context, oid)
    const live = renamed.columns.filter((c) => !c.dropped)
    const found = live.find((c) => c.name === from)
    if (found === undefined) throw undefinedColumn(from)
    if (live.some((c) => c.name === to)) throw columnExists(to, renamed.name)
    const { snapshot } = context.catalog
    context.catalog.put({ ...renamed, columns: renamed.columns.map((c) => (c === found ? { ...c, name: to } : c)) })
    await changeStoredRows(context, snapshot, renamed.rowType, (values) => values)
  }
}

/** ALTER TYPE statements on attributes come as ALTER TABLE. */
export const altersType = (node: { objtype?: string }): node is AlterTableStmt => node.objtype === 'OBJECT_TYPE'
