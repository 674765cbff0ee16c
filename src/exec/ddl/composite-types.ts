/** CREATE TYPE … AS (…) and ALTER TYPE … ATTRIBUTE: row types without a table. */
import { requireTypeUsage } from './permissions.ts'
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import { undefinedColumnOfRelation, undefinedType } from '../../errors/raise/analysis.ts'
import {
  columnExists,
  duplicateColumnName,
  duplicateObject,
  duplicateRelation,
  notOfKind,
  notSupported,
} from '../../errors/raise/definitions.ts'
import { memberOfItself, pseudoAttribute, typeUsedByColumn, typeOfTypedTable } from '../../errors/raise/types.ts'
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
    throw undefinedType(range.schemaname === undefined ? name : `${range.schemaname}.${name}`)
  }
  if (found.kind !== 'c') throw notOfKind(name, 'composite type')
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
  const live = relation.columns.filter((c) => !c.dropped)
  const definition = command.def === undefined ? undefined : bodyOf(command.def, 'ColumnDef')
  switch (command.subtype) {
    case 'AT_AddColumn': {
      const name = definition?.colname as string
      if (live.some((c) => c.name === name)) throw columnExists(name, relation.name)
      const added = attribute(context, definition as ColumnDef, relation.columns.length + 1, relation.rowType)
      context.catalog.put({ ...relation, columns: [...relation.columns, added] })
      return eachTyped(context, relation, command, addColumn)
    }
    case 'AT_DropColumn': {
      const found = live.find((c) => c.name === command.name)
      if (found === undefined) {
        if (!command.missing_ok) throw undefinedColumnOfRelation(command.name as string, relation.name)
        noticeOf(context, `column "${command.name}" of relation "${relation.name}" does not exist, skipping`)
        return
      }
      requireUnused(context, relation)
      await dropObjects(context, [relation], command.behavior === 'DROP_CASCADE', found.attnum)
      forgetColumn(context, relation.oid, found.attnum)
      return eachTyped(context, relation, command, dropColumn)
    }
    case 'AT_AlterColumnType': {
      const found = live.find((c) => c.name === command.name)
      if (found === undefined) throw undefinedColumnOfRelation(command.name as string, relation.name)
      requireUnused(context, relation)
      const renamed = { ...(definition as ColumnDef), colname: found.name }
      const changed = attribute(context, renamed, found.attnum, relation.rowType)
      context.catalog.put({ ...relation, columns: relation.columns.map((c) => (c === found ? changed : c)) })
      return eachTyped(context, relation, command, setColumnType)
    }
    default:
      throw notSupported(`ALTER TYPE ${command.subtype} is not supported`)
  }
}

/** Typed tables follow their type where CASCADE says so. */
const eachTyped = async (
  context: DefinitionContext,
  { name, rowType }: RelationObject,
  command: AlterTableCmd,
  act: Action,
): Promise<void> => {
  const tables = [...context.catalog.snapshot.all('relation')].filter((table) => table.ofType === rowType)
  if (tables.length > 0 && command.behavior !== 'DROP_CASCADE') throw typeOfTypedTable(name)
  for (const { oid } of tables) {
    await context.lock(oid, 'accessExclusive')
    await act(context, currentRelation(context, oid), command, { only: false, inherited: false, typed: true })
  }
}

/** Values that are stored in tables have the attributes that the type had: they are not rewritten. */
const requireUnused = (context: DefinitionContext, relation: RelationObject): void => {
  for (const other of context.catalog.snapshot.all('relation')) {
    if (other.kind !== 'r' && other.kind !== 'm') continue
    const column = other.columns.find((c) => !c.dropped && containsType(context, c.type, relation.rowType))
    if (column !== undefined) throw typeUsedByColumn(relation.name, other.name, column.name)
  }
}

/** ALTER TYPE … RENAME ATTRIBUTE. */
export const renameAttribute = async (
  context: DefinitionContext,
  range: RangeVar,
  from: string,
  to: string,
): Promise<void> => {
  const relation = await compositeNamed(context, range)
  const live = relation.columns.filter((c) => !c.dropped)
  const found = live.find((c) => c.name === from)
  if (found === undefined) throw undefinedColumnOfRelation(from, relation.name)
  if (live.some((c) => c.name === to)) throw columnExists(to, relation.name)
  context.catalog.put({ ...relation, columns: relation.columns.map((c) => (c === found ? { ...c, name: to } : c)) })
}

/** ALTER TYPE statements on attributes come as ALTER TABLE. */
export const altersType = (node: { objtype?: string }): node is AlterTableStmt => node.objtype === 'OBJECT_TYPE'
