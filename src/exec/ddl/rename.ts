/** ALTER … RENAME, ALTER … SET SCHEMA, ALTER … OWNER TO, COMMENT. */
import { policyOfNames, renamePolicy } from './policies.ts'
import { namedRelation } from '../../analyze/from.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import { withDescendants } from '../../catalog/inheritance.ts'
import type { SchemaObject, CatalogObject, RelationObject } from '../../catalog/objects.ts'
import { undefinedColumn, undefinedColumnOfRelation, undefinedObject } from '../../errors/raise/analysis.ts'
import {
  columnExists,
  duplicateConstraint,
  duplicateDatabase,
  duplicateRelation,
  duplicateSchema,
  reservedSchemaName,
  notOfKind,
  notSupported,
  undefinedNamed,
  constraintInChildrenToo,
  schemaFollowsTable,
  systemColumnUntouched,
} from '../../errors/raise/definitions.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import {
  inheritedColumn,
  inheritedConstraint,
  renamedInChildrenToo,
  typedTable,
} from '../../errors/raise/inheritance.ts'
import {
  bodyOf,
  listItems,
  namesOf,
  type AlterObjectSchemaStmt,
  type AlterOwnerStmt,
  type CommentStmt,
  type Node,
  type RangeVar,
  type RenameStmt,
  type TypeName,
} from '../../sql/ast.ts'
import { renameAttribute } from './composite-types.ts'
import { domainNamed, renameDomainConstraint } from './domains.ts'
import { requireNamedKind } from './alter-action.ts'
import { moveRoutine } from './alter-function.ts'
import { changeType } from '../../catalog/change-type.ts'
import { requireRoutine, ROUTINE_WORDS } from './find-function.ts'
import { renameType } from './types.ts'
import {
  currentRelation,
  isSystemColumn,
  noticeOf,
  requireChangeable,
  requireColumnName,
  targetSchema,
  truncateName,
  type DefinitionContext,
} from './context.ts'
import { changeOwnerOf } from './owner.ts'
import { requireDatabaseCreate } from './schemas.ts'
import { requireCreate, requireOwnerOf, requireTableOwner } from './permissions.ts'
import { roleOf } from './role-names.ts'
import { renameRole, requireRoleManager } from './roles.ts'
import { changeStoredRows } from './row-type-users.ts'
import { moveCollation, ownCollation } from './collations.ts'

const scopeOf = (context: DefinitionContext) => ({ catalog: context.catalog.snapshot, searchPath: context.searchPath })

const RELATION_TYPES = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_INDEX', 'OBJECT_SEQUENCE', 'OBJECT_MATVIEW'])

const words = (type: string | undefined): string => {
  const text = (type ?? '').replace('OBJECT_', '').replaceAll('_', ' ')
  return text === 'MATVIEW' ? 'MATERIALIZED VIEW' : text
}

export const renameStatement = async (context: DefinitionContext, node: RenameStmt): Promise<string> => {
  const name = truncateName(node.newname as string)
  const type = node.renameType ?? ''
  const routine = ROUTINE_WORDS[type]
  if (routine !== undefined) {
    moveRoutine(context, node.object as Node, routine, { name })
    return `ALTER ${words(type)}`
  }
  if (RELATION_TYPES.has(type)) {
    renameRelation(context, node, name)
    return `ALTER ${words(type)}`
  }
  switch (type) {
    case 'OBJECT_COLUMN':
      await renameColumn(context, node, name)
      return `ALTER ${words(node.relationType)}`
    case 'OBJECT_TABCONSTRAINT':
      renameConstraint(context, node, name)
      return 'ALTER TABLE'
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      renameType(context, namesOf(listItems(node.object)), name, type === 'OBJECT_DOMAIN')
      return `ALTER ${words(type)}`
    case 'OBJECT_DOMCONSTRAINT':
      renameDomainConstraint(context, namesOf(listItems(node.object)), node.subname as string, name)
      return 'ALTER DOMAIN'
    case 'OBJECT_ATTRIBUTE':
      await renameAttribute(context, node.relation as RangeVar, node.subname as string, name, node.behavior)
      return 'ALTER TYPE'
    case 'OBJECT_COLLATION':
      moveCollation(context, namesOf(listItems(node.object)), { name })
      return 'ALTER COLLATION'
    case 'OBJECT_SCHEMA': {
      const schema = context.catalog.snapshot.schemaByName(node.subname as string)
      if (schema === null) throw undefinedNamed('schema', node.subname as string)
      requireOwnerOf(context, schema)
      requireDatabaseCreate(context)
      if (name.startsWith('pg_')) throw reservedSchemaName(name)
      if (context.catalog.snapshot.schemaByName(name) !== null) throw duplicateSchema(name)
      context.catalog.put({ ...schema, name })
      return 'ALTER SCHEMA'
    }
    case 'OBJECT_DATABASE': {
      const database = context.catalog.snapshot.databaseByName(node.subname as string)
      if (database === null) throw undefinedNamed('database', node.subname as string)
      requireOwnerOf(context, database)
      if (context.catalog.snapshot.databaseByName(name) !== null) throw duplicateDatabase(name)
      context.catalog.put({ ...database, name })
      return 'ALTER DATABASE'
    }
    case 'OBJECT_POLICY':
      renamePolicy(context, node.relation as RangeVar, node.subname as string, name)
      return 'ALTER POLICY'
    case 'OBJECT_ROLE': {
      renameRole(context, node.subname as string, name)
      return 'ALTER ROLE'
    }
    default:
      throw notSupported(`ALTER ${words(type)} … RENAME is not supported`)
  }
}

const findRelation = (
  context: DefinitionContext,
  range: RangeVar,
  missingOk: boolean | undefined,
): RelationObject | null => {
  try {
    const relation = requireChangeable(namedRelation(scopeOf(context), range))
    requireTableOwner(context, relation)
    return relation
  } catch (error) {
    if (!missingOk || !isMissing(error)) throw error
    noticeOf(context, `relation "${range.relname}" does not exist, skipping`)
    return null
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof SqlError &&
  (error.code === SQL_STATE.undefined_table || error.code === SQL_STATE.invalid_schema_name)

const renameRelation = (context: DefinitionContext, node: RenameStmt, name: string): void => {
  const relation = findRelation(context, node.relation as RangeVar, node.missing_ok)
  if (relation === null) return
  requireCreate(context, context.catalog.snapshot.schema(relation.schema) as SchemaObject)
  // Whatever is called an index is renamed.
  if (node.renameType !== 'OBJECT_INDEX') requireNamedKind(relation, node.renameType ?? '')
  if (context.catalog.snapshot.relationIn(relation.schema, name) !== null) throw duplicateRelation(name)
  context.catalog.put({ ...relation, name })
  const rowType = context.catalog.snapshot.typeObject(relation.rowType)
  if (rowType !== null) changeType(context.catalog, { ...rowType, name })
  // The index behind a constraint carries its name.
  if (relation.kind === 'i' && relation.index !== null) {
    const constraint = context.catalog.snapshot
      .constraintsOf(relation.index.table)
      .find((c) => c.index === relation.oid && c.type !== 'foreign')
    if (constraint !== undefined) context.catalog.put({ ...constraint, name })
  }
}

const renameColumn = async (context: DefinitionContext, node: RenameStmt, name: string): Promise<void> => {
  const relation = findRelation(context, node.relation as RangeVar, node.missing_ok)
  if (relation === null) return
  requireNamedKind(relation, node.relationType ?? '')
  const own = node.subname as string
  if (relation.ofType !== undefined) throw typedTable('rename')
  const column = relation.columns.find((c) => c.name === own && !c.dropped)
  if (column === undefined && isSystemColumn(relation, own)) throw systemColumnUntouched('rename', own)
  if (column === undefined) throw undefinedColumn(own)
  requireColumnName(relation.kind, name)
  const family = withDescendants(context.catalog.snapshot, relation)
  if (node.relation?.inh !== true && family.length > 1) throw renamedInChildrenToo(own)
  for (const member of family) {
    const found = member.columns.find((c) => c.name === own && !c.dropped)
    // A column that comes from elsewhere as well keeps the name that it has there.
    const within = (member.inherits ?? []).filter((oid) => family.some((f) => f.oid === oid)).length
    if ((found?.inherited ?? 0) > within) throw inheritedColumn('rename', own)
    if (member.columns.some((c) => c.name === name && !c.dropped)) throw columnExists(name, member.name)
  }
  for (const member of family) {
    if (member.oid !== relation.oid) await context.lock(member.oid, 'accessExclusive')
    const current = currentRelation(context, member.oid)
    const columns = current.columns.map((c) => (c.name === own && !c.dropped ? { ...c, name } : c))
    const { snapshot } = context.catalog
    context.catalog.put({ ...current, columns })
    await changeStoredRows(context, snapshot, current.rowType, (values) => values)
  }
}

const renameConstraint = (context: DefinitionContext, node: RenameStmt, name: string): void => {
  const relation = findRelation(context, node.relation as RangeVar, node.missing_ok)
  if (relation === null) return
  const constraints = context.catalog.snapshot.constraintsOf(relation.oid)
  const constraint = constraints.find((c) => c.name === node.subname)
  if (constraint === undefined)
    throw undefinedObject(`constraint "${node.subname}" for table "${relation.name}" does not exist`)
  if (constraints.some((c) => c.name === name)) throw duplicateConstraint(name, relation.name)
  if ((constraint.inherited ?? 0) > 0) throw inheritedConstraint('rename', constraint.name, relation.name)
  if (constraint.type === 'check' && !constraint.noInherit && node.relation?.inh !== true) {
    if (context.catalog.snapshot.childrenOf(relation.oid).length > 0) throw constraintInChildrenToo(constraint.name)
  }
  for (const { oid } of constraint.type === 'check'
    ? withDescendants(context.catalog.snapshot, relation)
    : [relation]) {
    const own = context.catalog.snapshot.constraintsOf(oid).find((c) => c.name === constraint.name)
    if (own !== undefined) context.catalog.put({ ...own, name })
  }
  const index = constraint.type === 'foreign' ? null : context.catalog.snapshot.relation(constraint.index)
  if (index !== null) context.catalog.put({ ...index, name })
}

export const setSchema = (context: DefinitionContext, node: AlterObjectSchemaStmt): string => {
  const schema = targetSchema(context, node.newschema)
  const tag = `ALTER ${words(node.objectType)}`
  const routine = ROUTINE_WORDS[node.objectType ?? '']
  if (routine !== undefined) {
    requireOwnerOf(context, requireRoutine(context, node.object as Node, routine))
    requireCreate(context, schema)
    moveRoutine(context, node.object as Node, routine, { schema: schema.oid })
    return tag
  }
  if (node.objectType === 'OBJECT_COLLATION') {
    requireCreate(context, schema)
    moveCollation(context, namesOf(listItems(node.object)), { schema: schema.oid })
    return tag
  }
  if (!RELATION_TYPES.has(node.objectType ?? '')) throw notSupported(`${tag} … SET SCHEMA is not supported`)
  const relation = findRelation(context, node.relation as RangeVar, node.missing_ok)
  if (relation === null) return tag
  requireNamedKind(relation, node.objectType ?? '')
  requireCreate(context, schema)
  if (relation.index !== null) throw schemaFollowsTable(relation.name)
  const { snapshot } = context.catalog
  if (snapshot.relationIn(schema.oid, relation.name) !== null) throw duplicateRelation(relation.name)
  const moved: CatalogObject[] = [
    relation,
    ...snapshot.indexesOf(relation.oid),
    ...snapshot.constraintsOf(relation.oid),
  ]
  for (const object of snapshot.all('relation'))
    if (object.sequence?.ownedBy?.relation === relation.oid) moved.push(object)
  for (const object of moved) context.catalog.put({ ...object, schema: schema.oid } as CatalogObject)
  const rowType = snapshot.typeObject(relation.rowType)
  if (rowType !== null) changeType(context.catalog, { ...rowType, schema: schema.oid })
  return tag
}

export const changeOwner = (context: DefinitionContext, node: AlterOwnerStmt): string => {
  const role = roleOf(context, node.newowner)
  const object = namedObject(context, node.objectType ?? '', node.object as Node)
  if (object !== null) changeOwnerOf(context, object, role)
  return `ALTER ${words(node.objectType)}`
}

/** Objects that commands name by a bare or qualified name. */
const namedObject = (context: DefinitionContext, type: string, node: Node): CatalogObject | null => {
  const { snapshot } = context.catalog
  const names = bodyOf(node, 'String') === undefined ? namesOf(listItems(node)) : [bodyOf(node, 'String')?.sval ?? '']
  const last = names.at(-1) as string
  const found = ((): CatalogObject | null => {
    switch (type) {
      case 'OBJECT_SCHEMA':
        return snapshot.schemaByName(last)
      case 'OBJECT_COLLATION':
        return ownCollation(context, names)
      case 'OBJECT_DATABASE':
        return snapshot.databaseByName(last)
      case 'OBJECT_ROLE':
        return snapshot.roleByName(last)
      case 'OBJECT_FUNCTION':
      case 'OBJECT_PROCEDURE':
      case 'OBJECT_ROUTINE':
      case 'OBJECT_AGGREGATE':
        return requireRoutine(context, node, ROUTINE_WORDS[type] ?? 'routine')
      case 'OBJECT_DOMAIN':
        return domainNamed(context, namesOf(bodyOf(node, 'TypeName')?.names ?? listItems(node)))
      case 'OBJECT_TYPE':
        return snapshot.typeObject(
          resolveTypeName(scopeOf(context), bodyOf(node, 'TypeName') ?? ({ names: listItems(node) } as TypeName)).type
            .oid,
        )
      default:
        return RELATION_TYPES.has(type) ? namedRelation(scopeOf(context), rangeOf(names)) : null
    }
  })()
  if (found === null && !RELATION_TYPES.has(type)) throw undefinedNamed(words(type).toLowerCase(), names.join('.'))
  return found
}

const rangeOf = (names: readonly string[]): RangeVar => ({
  relname: names.at(-1) as string,
  ...(names.length > 1 ? { schemaname: names.at(-2) as string } : {}),
})

/** Kinds of relations that COMMENT ON takes by each word. */
const COMMENTED_KINDS: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'rp',
  OBJECT_VIEW: 'v',
  OBJECT_MATVIEW: 'm',
  OBJECT_INDEX: 'iI',
  OBJECT_SEQUENCE: 'S',
}

export const commentStatement = async (context: DefinitionContext, node: CommentStmt): Promise<void> => {
  const comment = node.comment === undefined || node.comment === '' ? null : node.comment
  const type = node.objtype ?? ''
  const object = node.object as Node
  if (type === 'OBJECT_COLUMN') {
    const names = namesOf(listItems(object))
    const relation = await lockedForComment(context, namedRelation(scopeOf(context), rangeOf(names.slice(0, -1))))
    const column = relation.columns.find((c) => c.name === names.at(-1) && !c.dropped)
    requireTableOwner(context, relation)
    if (column === undefined) throw undefinedColumnOfRelation(names.at(-1) as string, names.slice(0, -1).join('.'))
    context.catalog.put({ ...relation, columns: relation.columns.map((c) => (c === column ? { ...c, comment } : c)) })
    return
  }
  if (type === 'OBJECT_TABCONSTRAINT') {
    const names = namesOf(listItems(object))
    const relation = namedRelation(scopeOf(context), rangeOf(names.slice(0, -1)))
    const constraint = context.catalog.snapshot.constraintsOf(relation.oid).find((c) => c.name === names.at(-1))
    if (constraint === undefined)
      throw undefinedObject(`constraint "${names.at(-1)}" for table "${relation.name}" does not exist`)
    requireTableOwner(context, relation)
    context.catalog.put({ ...constraint, comment })
    return
  }
  if (type === 'OBJECT_DOMCONSTRAINT') {
    const [domain, name] = listItems(object)
    const owner = domainNamed(context, namesOf(bodyOf(domain as Node, 'TypeName')?.names))
    const wanted = bodyOf(name as Node, 'String')?.sval ?? ''
    const constraint = context.catalog.snapshot.constraintsOf(owner.oid).find((c) => c.name === wanted)
    if (constraint === undefined) {
      throw undefinedObject(`constraint "${wanted}" for domain ${owner.name} does not exist`)
    }
    context.catalog.put({ ...constraint, comment })
    return
  }
  if (type === 'OBJECT_POLICY') {
    context.catalog.put({ ...policyOfNames(context, namesOf(listItems(object))), comment })
    return
  }
  const found = namedObject(context, type, object)
  if (found === null) throw notSupported(`COMMENT ON ${words(type)} is not supported`)
  const kinds = COMMENTED_KINDS[type]
  if (found.class === 'relation' && kinds !== undefined && !kinds.includes(found.kind)) {
    throw notOfKind(found.name, words(type).toLowerCase())
  }
  if (found.class === 'role') requireRoleManager(context, found)
  else requireOwnerOf(context, found)
  context.catalog.put({ ...(found.class === 'relation' ? await lockedForComment(context, found) : found), comment })
}

/** The relation as it is once nobody else can change its record. */
const lockedForComment = async (context: DefinitionContext, { oid }: RelationObject): Promise<RelationObject> => {
  await context.lock(oid, 'shareUpdateExclusive')
  return currentRelation(context, oid)
}
