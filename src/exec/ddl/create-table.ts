/** CREATE TABLE and CREATE TABLE AS: columns first, then the constraints over them. */
import { requireTableOwner, requireTypeUsage } from './permissions.ts'
import { resolveRelation } from '../../analyze/from.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import { bindColumns } from '../../analyze/stored-trees.ts'
import type {
  Column,
  Dependency,
  ParseTree,
  PartitionBound,
  RelationObject,
  TypeObject,
} from '../../catalog/objects.ts'
import { parentDependency } from '../../catalog/inheritance.ts'
import { tableRowType } from '../../catalog/types.ts'
import {
  conflictingColumnClauses,
  duplicateColumnName,
  duplicateRelation,
  invalidTableDefinition,
} from '../../errors/raise/definitions.ts'
import {
  childOfPartitioned,
  childSpecifiesIdentity,
  identityNotSupported,
  inheritsFromTemporary,
  noSuchColumn,
  notComposite,
  notPartitioned,
} from '../../errors/raise/inheritance.ts'
import {
  bodyOf,
  namesOf,
  tagOf,
  type ColumnDef,
  type Constraint,
  type CreateStmt,
  type Node,
  type RangeVar,
  type TypeName,
} from '../../sql/ast.ts'
import { arrayTypeOf } from '../../types/array.ts'
import { OID } from '../../types/oids.ts'
import { isDomainType } from '../../types/domain-type.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import { aclOfNew } from './default-privileges.ts'
import { addConstraint, addForeignKey, type ColumnConstraint } from './constraints.ts'
import {
  chooseName,
  currentRelation,
  noticeOf,
  requireColumnName,
  placeOf,
  truncateName,
  type DefinitionContext,
} from './context.ts'
import { typeUnder } from './collations.ts'
import { mergeChecks, mergeColumns, parentTables } from './inheritance.ts'
import { checkBound, keyDependencies, partitionBound, partitionKeyOf } from './partition-bounds.ts'
import { checkDefaultPartition, inheritKeys, requireSamePersistence } from './partitions.ts'
import { changedOptions, withoutOids } from './relation-options.ts'
import { createSequence, nextvalTree, sequenceOptions } from './sequences.ts'
import { checkDefault, withUses } from './stored-expressions.ts'
import { copyLike, likeColumns, likeSource, type LikeColumn, type LikeSource } from './table-like.ts'

const SERIAL: Readonly<Record<string, number>> = {
  smallserial: OID.int2,
  serial2: OID.int2,
  serial: OID.int4,
  serial4: OID.int4,
  bigserial: OID.int8,
  serial8: OID.int8,
}

/** A column as written, before its sequence exists. */
interface PlannedColumn {
  readonly column: Column
  readonly sequence: {
    readonly type: SqlType
    readonly options: readonly Node[]
    readonly identity: 'always' | 'default' | null
  } | null
  readonly constraints: readonly ColumnConstraint[]
}

export const createTable = async (context: DefinitionContext, node: CreateStmt): Promise<RelationObject | null> => {
  const range = node.relation as RangeVar
  const name = truncateName(range.relname as string)
  const { schema, persistence } = placeOf(context, range, range.location)
  if (context.catalog.snapshot.relationIn(schema, name) !== null) {
    if (!node.if_not_exists) throw duplicateRelation(name)
    noticeOf(context, `relation "${name}" already exists, skipping`)
    return null
  }
  if (node.partspec !== undefined && node.partbound === undefined && (node.inhRelations?.length ?? 0) > 0) {
    throw childOfPartitioned()
  }
  const parents = node.partbound === undefined ? parentTables(context, node.inhRelations ?? []) : []
  const partitioned = node.partbound === undefined ? null : partitionedParent(context, node)
  const above = partitioned === null ? parents : [partitioned]
  if (partitioned !== null) requireSamePersistence(partitioned, persistence, 'create')
  const ofSession = above.find((parent) => parent.persistence === 't')
  if (partitioned === null && ofSession !== undefined && persistence !== 't') {
    throw inheritsFromTemporary(ofSession.name)
  }
  for (const parent of above) await context.lock(parent.oid, 'shareUpdateExclusive')
  const typed = node.ofTypename === undefined ? null : rowTypeOf(context, node.ofTypename)
  const elements = node.tableElts ?? []
  const likes: LikeSource[] = []
  const planned: PlannedColumn[] = []
  for (const element of elements) {
    const like = bodyOf(element, 'TableLikeClause')
    const column = bodyOf(element, 'ColumnDef')
    if (like !== undefined) {
      const source = likeSource(context, like)
      likes.push(source)
      planned.push(...likeColumns(context, source).map(likePlanned))
    } else if (column !== undefined) {
      planned.push(
        plannedColumn(context, ofParent(partitioned ?? typed, column), planned.length + 1, range.relname as string),
      )
    }
  }
  if (planned.some(({ sequence }) => sequence?.identity)) {
    if (typed !== null) throw identityNotSupported('typed tables')
    if (partitioned !== null) throw identityNotSupported('partitions')
  }
  const names = new Set<string>()
  for (const { column } of planned) {
    if (names.has(column.name)) throw duplicateColumnName(column.name)
    names.add(column.name)
  }
  for (const { column, sequence } of planned) {
    const isGenerated = above.some((parent) => parent.columns.some((c) => c.name === column.name && c.generated))
    if (sequence?.identity && isGenerated) throw childSpecifiesIdentity(column.name)
  }
  const own = planned.map((p, i) => ({ ...p.column, attnum: i + 1 }))
  const columns =
    typed !== null
      ? typedColumns(typed, own)
      : above.length === 0
        ? own
        : mergeColumns(context, above, own, partitioned !== null)
  const inherits = above.length === 0 ? {} : { inherits: above.map(({ oid }) => oid) }
  const bound = partitioned === null ? null : partitionBound(context, partitioned, node.partbound ?? {})
  if (partitioned !== null && bound !== null) checkBound(context, partitioned, name, bound, node.partbound ?? {})
  let relation = storeTable(context, {
    name,
    schema,
    columns,
    kind: node.partspec === undefined ? 'r' : 'p',
    persistence,
    options: changedOptions('r', [], withoutOids(node.options ?? [])),
    ...inherits,
    depends: [
      ...above.map((parent) => parentDependency(parent, partitioned !== null)),
      ...(typed === null ? [] : [{ oid: typed.rowType, attnum: 0, kind: 'normal' as const }]),
    ],
    ...(typed === null ? {} : { ofType: typed.rowType }),
  })
  const inPlace = planned.map((p) => ({ ...p, column: columns.find((c) => c.name === p.column.name) ?? p.column }))
  relation = attachSequences(context, relation, inPlace)
  relation = bindDefaults(context, relation)
  if (node.partspec !== undefined) {
    const partitionKey = partitionKeyOf(context, relation, node.partspec)
    const depends = [...relation.depends, ...keyDependencies(context, relation, partitionKey)]
    relation = { ...relation, partitionKey, depends }
    context.catalog.put(relation)
  }
  setOnCommit(context, relation, node.oncommit)
  await mergeChecks(context, above, relation)
  const tableConstraints = elements
    .filter((element) => tagOf(element) === 'Constraint')
    .map((element): ColumnConstraint => ({ node: bodyOf(element, 'Constraint') as Constraint, column: null }))
  const all = [...planned.flatMap((p) => p.constraints), ...tableConstraints]
  if (partitioned !== null && bound !== null) await makePartition(context, partitioned, relation.oid, bound)
  // Keys exist before foreign keys, which may refer to the table itself.
  for (const constraint of all)
    if (constraint.node.contype !== 'CONSTR_FOREIGN') await addConstraint(context, relation.oid, constraint)
  for (const constraint of all)
    if (constraint.node.contype === 'CONSTR_FOREIGN') await addForeignKey(context, relation.oid, constraint)
  for (const like of likes) await copyLike(context, relation.oid, like)
  return context.catalog.snapshot.relation(relation.oid)
}

const likePlanned = ({ column, identity }: LikeColumn): PlannedColumn => {
  const kind = identity?.always ? 'always' : 'default'
  const sequence =
    identity === null ? null : ({ type: column.type, options: identity.options, identity: kind } as const)
  return { column, sequence, constraints: [] }
}

/** ON COMMIT, which only temporary tables can have. */
export const setOnCommit = (
  context: DefinitionContext,
  relation: RelationObject,
  action: CreateStmt['oncommit'],
): void => {
  if (action === undefined || action === 'ONCOMMIT_NOOP') return
  if (relation.persistence !== 't') throw invalidTableDefinition('ON COMMIT can only be used on temporary tables')
  if (action === 'ONCOMMIT_DROP') context.atCommit(relation.oid, 'drop')
  if (action === 'ONCOMMIT_DELETE_ROWS') context.atCommit(relation.oid, 'empty')
}

/** The table that a partition is made of. */
const partitionedParent = (context: DefinitionContext, node: CreateStmt): RelationObject => {
  const { location: _, ...range } = bodyOf(node.inhRelations?.[0] as Node, 'RangeVar') as RangeVar
  const parent = resolveRelation({ catalog: context.catalog.snapshot, searchPath: context.searchPath }, range)
  requireTableOwner(context, parent)
  if (parent.kind !== 'p') throw notPartitioned(parent.name)
  return parent
}

/** A partition's column definition leaves the type to its table. */
const ofParent = (parent: RelationObject | null, node: ColumnDef): ColumnDef => {
  if (parent === null || node.typeName !== undefined) return node
  const column = parent.columns.find((c) => c.name === node.colname && !c.dropped)
  if (column === undefined) throw noSuchColumn(node.colname as string)
  return { ...node, typeName: typeNode(column.type, column.typmod) }
}

/** The composite type that a typed table is of. */
export const rowTypeOf = (context: DefinitionContext, name: TypeName): RelationObject => {
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  const { location: _, ...named } = name
  const { type } = resolveTypeName(scope, named)
  requireTypeUsage(context, type)
  const relation = context.catalog.snapshot.relation(type.relation)
  if (relation?.kind !== 'c') throw notComposite(type.name)
  return relation
}

/** The columns of a typed table: those of the type, with what is written of them besides. */
const typedColumns = (type: RelationObject, own: readonly Column[]): Column[] => {
  const live = type.columns.filter((c) => !c.dropped)
  return live.map(({ name, type: of, typmod, collation }, i): Column => {
    const written = own.find((c) => c.name === name)
    const plain = { attnum: i + 1, name, type: of, typmod, collation, missing: null, comment: null, dropped: false }
    if (written !== undefined) return { ...written, ...plain }
    return { ...plain, notNull: false, default: null, generated: false, identity: null }
  })
}

/** A new table becomes the partition that it is to be. */
const makePartition = async (
  context: DefinitionContext,
  parent: RelationObject,
  oid: number,
  bound: PartitionBound,
): Promise<void> => {
  const partition = { ...currentRelation(context, oid), partition: bound }
  context.catalog.put(partition)
  await checkDefaultPartition(context, parent)
  await inheritKeys(context, parent, partition)
}

/** Defaults and generation expressions mean columns of the table, whatever these are called later. */
export const bindDefaults = (context: DefinitionContext, relation: RelationObject): RelationObject => {
  const columns = relation.columns.map((column) =>
    column.default === null ? column : { ...column, default: bindColumns(column.default, relation) },
  )
  const bound = { ...relation, columns }
  context.catalog.put(bound)
  const checked = { ...bound, columns: columns.map((column) => withUses(column, checkDefault(context, bound, column))) }
  context.catalog.put(checked)
  return checked
}

/** A TypeName node for a type that is known already. */
const typeNode = (type: SqlType, typmod: number): TypeName => {
  const element = type.category === 'A' && type.element !== null ? type.element : type
  return {
    names: [{ String: { sval: element.name } }],
    typemod: typmod,
    ...(element === type ? {} : { arrayBounds: [{ Integer: { ival: -1 } }] }),
  }
}

/** Throws for clauses of a column definition that do not go together. */
const checkClauses = (constraints: readonly Constraint[], column: string, table: string, isSerial: boolean): void => {
  const seen = { default: isSerial, identity: false, generation: false }
  let nullable: boolean | null = isSerial ? false : null
  const refuse = (what: string, { location }: Constraint) => conflictingColumnClauses(what, column, table, location)
  for (const constraint of constraints) {
    const { contype } = constraint
    if (contype === 'CONSTR_NULL' || contype === 'CONSTR_NOTNULL' || contype === 'CONSTR_IDENTITY') {
      const now = contype === 'CONSTR_NULL'
      if (nullable !== null && nullable !== now) throw refuse('conflicting NULL/NOT NULL declarations', constraint)
      nullable = now
    }
    if (contype === 'CONSTR_DEFAULT') {
      // That of a serial column has no place in the text.
      if (seen.default) {
        const what = 'multiple default values specified'
        throw isSerial ? conflictingColumnClauses(what, column, table, undefined) : refuse(what, constraint)
      }
      seen.default = true
    } else if (contype === 'CONSTR_IDENTITY') {
      if (seen.identity) throw refuse('multiple identity specifications', constraint)
      seen.identity = true
    } else if (contype === 'CONSTR_GENERATED') {
      if (seen.generation) throw refuse('multiple generation clauses specified', constraint)
      seen.generation = true
    }
    if (seen.default && seen.identity) {
      const what = 'both default and identity specified'
      throw isSerial ? conflictingColumnClauses(what, column, table, undefined) : refuse(what, constraint)
    }
    if (seen.default && seen.generation) throw refuse('both default and generation expression specified', constraint)
    if (seen.identity && seen.generation) throw refuse('both identity and generation expression specified', constraint)
  }
}

export const plannedColumn = (
  context: DefinitionContext,
  node: ColumnDef,
  attnum: number,
  table: string,
): PlannedColumn => {
  const name = truncateName(node.colname as string)
  requireColumnName('r', name)
  const typeName = node.typeName as TypeName
  const spelled = namesOf(typeName.names)
  const serial = spelled.length === 1 ? SERIAL[spelled[0] as string] : undefined
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  const { type: named, typmod } =
    serial === undefined ? resolveTypeName(scope, typeName) : { type: scope.catalog.typeOf(serial), typmod: -1 }
  requireTypeUsage(context, named)
  const type = typeUnder(context, named, node.collClause)
  if (type.kind === 'p') throw invalidTableDefinition(`column "${name}" has pseudo-type ${type.sqlName}`)
  const constraints = (node.constraints ?? []).map((n) => bodyOf(n, 'Constraint') as Constraint)
  checkClauses(constraints, name, table, serial !== undefined)
  const of = (kind: Constraint['contype']) => constraints.find((c) => c.contype === kind)
  const identity = of('CONSTR_IDENTITY')
  const generated = of('CONSTR_GENERATED')
  const expression = generated?.raw_expr ?? defaultTree(of('CONSTR_DEFAULT')?.raw_expr, type)
  const column: Column = {
    attnum,
    name,
    type,
    typmod,
    notNull:
      serial !== undefined ||
      identity !== undefined ||
      of('CONSTR_NOTNULL') !== undefined ||
      of('CONSTR_PRIMARY') !== undefined,
    default: expression as unknown as ParseTree | null,
    generated: generated !== undefined,
    identity: null,
    dropped: false,
    missing: null,
    collation: type.collation,
    comment: null,
  }
  return {
    column,
    sequence:
      serial !== undefined
        ? { type, options: [], identity: null }
        : identity !== undefined
          ? { type, options: identity.options ?? [], identity: identity.generated_when === 'a' ? 'always' : 'default' }
          : null,
    constraints: columnConstraints(constraints, name),
  }
}

/** DEFAULT NULL is no default, except where it stands against a domain's. */
export const defaultTree = (node: Node | undefined, type: SqlType): Node | null =>
  node === undefined || (bodyOf(node, 'A_Const')?.isnull && !isDomainType(type)) ? null : node

const KEPT = new Set(['CONSTR_CHECK', 'CONSTR_PRIMARY', 'CONSTR_UNIQUE', 'CONSTR_FOREIGN'])

/** A column's own constraints; DEFERRABLE and INITIALLY DEFERRED follow the one they belong to. */
const columnConstraints = (nodes: readonly Constraint[], column: string): ColumnConstraint[] => {
  const kept: { node: Constraint; column: string }[] = []
  for (const node of nodes) {
    const last = kept.at(-1)
    if (node.contype === 'CONSTR_ATTR_DEFERRABLE' && last !== undefined) last.node = { ...last.node, deferrable: true }
    else if (node.contype === 'CONSTR_ATTR_DEFERRED' && last !== undefined)
      last.node = { ...last.node, deferrable: true, initdeferred: true }
    else if (KEPT.has(node.contype ?? '')) kept.push({ node, column })
  }
  return kept
}

interface NewTable {
  readonly name: string
  readonly schema: number
  readonly columns: readonly Column[]
  readonly persistence: RelationObject['persistence']
  readonly options?: readonly string[]
  readonly kind?: RelationObject['kind']
  readonly inherits?: readonly number[]
  readonly depends?: readonly Dependency[]
  readonly ofType?: number
}

/** Adds a relation with a row type, and storage for its rows. */
export const storeTable = (context: DefinitionContext, table: NewTable): RelationObject => {
  const { catalog, storage, transaction } = context
  const kind = table.kind ?? 'r'
  const storageId = kind === 'v' || kind === 'p' || kind === 'c' ? 0 : catalog.allocateOid()
  const oid = storageId === 0 ? catalog.allocateOid() : storageId
  const rowType = catalog.allocateOid()
  const relation: RelationObject = {
    class: 'relation',
    kind,
    oid,
    name: table.name,
    schema: table.schema,
    owner: context.owner,
    comment: null,
    depends: table.depends ?? [],
    acl: kind === 'c' ? null : aclOfNew(context, 'r', table.schema),
    persistence: table.persistence,
    columns: table.columns,
    rowType,
    storageId,
    index: null,
    sequence: null,
    view: null,
    system: null,
    options: table.options ?? [],
    ...(table.inherits === undefined ? {} : { inherits: table.inherits }),
    ...(table.ofType === undefined ? {} : { ofType: table.ofType }),
  }
  const facts = { oid: rowType, arrayOid: catalog.allocateOid(), name: table.name, namespace: table.schema }
  const type = tableRowType(facts, oid, () => relation)
  const rowTypeObject: TypeObject = {
    class: 'type',
    oid: rowType,
    name: table.name,
    schema: table.schema,
    owner: context.owner,
    comment: null,
    acl: null,
    depends: [{ oid, attnum: 0, kind: 'internal' }],
    type,
    arrayType: arrayTypeOf(type),
    labels: null,
  }
  catalog.put(rowTypeObject)
  catalog.put(relation)
  if (storageId !== 0)
    storage.createStore(transaction, storageId, descriptorsOf(relation), { logged: table.persistence !== 't' })
  return relation
}

/** Makes the sequences of serial and identity columns, owned by them. */
export const attachSequences = (
  context: DefinitionContext,
  relation: RelationObject,
  planned: readonly PlannedColumn[],
): RelationObject => {
  let changed = relation
  for (const { column, sequence } of planned) {
    if (sequence === null) continue
    const { snapshot } = context.catalog
    const name = chooseName(relation.name, column.name, 'seq', (n) => snapshot.relationIn(relation.schema, n) !== null)
    const created = createSequence(context, {
      name,
      schema: relation.schema,
      persistence: relation.persistence,
      definition: {
        ...sequenceOptions(context, sequence.options, sequence.type, null),
        ownedBy: { relation: relation.oid, attnum: column.attnum },
      },
      internal: sequence.identity !== null,
    })
    const columns = changed.columns.map((c): Column => {
      if (c.attnum !== column.attnum) return c
      if (sequence.identity !== null)
        return { ...c, identity: { always: sequence.identity === 'always', sequence: created.oid } }
      return { ...c, default: nextvalTree(created.oid) }
    })
    changed = { ...changed, columns }
    context.catalog.put(changed)
  }
  return changed
}
