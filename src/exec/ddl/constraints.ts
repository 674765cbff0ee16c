/** Table constraints: adding them to a table, and checking them against rows that are there already. */
import { requireOnTable } from './permissions.ts'
import { PRIVILEGE } from '../../types/acl-item.ts'
import { namedRelation } from '../../analyze/from.ts'
import { bindColumns, sameTree } from '../../analyze/stored-trees.ts'
import { tableChecks } from '../../analyze/table-expressions.ts'
import { tableItem } from '../../analyze/from.ts'
import { withDescendants } from '../../catalog/inheritance.ts'
import type {
  Column,
  ConstraintObject,
  ForeignKey,
  IndexKey,
  ParseTree,
  ReferentialAction,
  RelationObject,
} from '../../catalog/objects.ts'
import { datatypeMismatch, noOperatorClass } from '../../errors/raise/analysis.ts'
import {
  checkViolatedByRow,
  containsNulls,
  duplicateKeyColumn,
  duplicateRelation,
  invalidForeignKey,
  invalidTableDefinition,
  multiplePrimaryKeys,
  noPrimaryKeyForReference,
  noSuchForeignColumn,
  noSuchKeyColumn,
  notInForeignKey,
  notOfKind,
  notSupported,
  noUniqueForReference,
  referencesOtherPersistence,
  systemColumnInForeignKey,
} from '../../errors/raise/definitions.ts'
import { namesOf, type Constraint, type RangeVar } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import { constraintConflict, noInheritOnPartitioned, notNullInPartitionsToo } from '../../errors/raise/inheritance.ts'
import { castBetween, operatorsByName } from '../../functions/index.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import { compileCondition, layoutOf } from '../expression/compile.ts'
import { isForeign } from '../foreign-keys/constraint.ts'
import { validateReferences } from '../foreign-keys/validate.ts'
import { planColumn } from '../../plan/build-nodes.ts'
import {
  analysisFor,
  chooseName,
  currentRelation,
  isSystemColumn,
  noticeOf,
  type DefinitionContext,
} from './context.ts'
import { requireKeyColumns } from './create-index.ts'
import { constraintBase, constraintName, keyNameTaken } from './constraint-parts.ts'
import { addExclusion } from './exclusion-constraints.ts'
import { inheritForeignKey } from './partition-foreign-keys.ts'
import { createIndexAlone, createIndexes } from './partition-indexes.ts'
import { checkCondition } from './stored-expressions.ts'
import { batchesOf } from '../../storage/table/batches.ts'

/** A constraint as written; `column`: the column whose definition it stands in. */
export interface ColumnConstraint {
  readonly node: Constraint
  readonly column: string | null
}

const columnNamed = (relation: RelationObject, name: string, missing: (name: string) => Error): Column => {
  const column = relation.columns.find((c) => c.name === name && !c.dropped)
  if (column === undefined) throw missing(name)
  return column
}

/** Adds a constraint; existing rows must satisfy it. `only`: partitions get no keys with it. */
export const addConstraint = async (
  context: DefinitionContext,
  table: number,
  { node, column }: ColumnConstraint,
  only = false,
): Promise<void> => {
  switch (node.contype) {
    case 'CONSTR_CHECK':
      return addCheck(context, table, node)
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      return addKey(context, table, { node, column }, only)
    case 'CONSTR_EXCLUSION':
      return addExclusion(context, table, node)
    case 'CONSTR_FOREIGN':
      return addForeignKey(context, table, { node, column })
    default:
      throw notSupported(`constraint of kind ${node.contype} is not supported`)
  }
}

const addCheck = async (context: DefinitionContext, table: number, node: Constraint): Promise<void> => {
  const relation = currentRelation(context, table)
  if (node.is_no_inherit && relation.kind === 'p') throw noInheritOnPartitioned(relation.name)
  const tree = bindColumns(node.raw_expr as unknown as ParseTree, relation)
  const { columns, uses } = checkCondition(context, relation, tree)
  const only = columns.length === 1 ? (relation.columns[(columns[0] as number) - 1]?.name ?? null) : null
  const existing = context.catalog.snapshot.constraintsOf(table).find((c) => c.name === node.conname)
  if (existing?.local === false && existing.check !== null && sameTree(existing.check, tree)) {
    if (node.is_no_inherit) throw constraintConflict(existing.name, 'inherited', relation.name)
    const { local: _, ...own } = existing
    noticeOf(context, `merging constraint "${existing.name}" with inherited definition`)
    // What partitions have of their table is not their own.
    if (relation.partition === undefined) context.catalog.put(own)
    return
  }
  const name = constraintName(context, relation, node, only, 'check')
  const constraint: ConstraintObject = {
    ...constraintBase(context, relation, name, node),
    type: 'check',
    columns,
    check: tree,
    validated: !(node.skip_validation ?? false),
    depends: [
      ...(columns.length === 0 ? [0] : columns).map((attnum) => ({ oid: relation.oid, attnum, kind: 'auto' as const })),
      ...uses,
    ],
  }
  context.catalog.put(constraint)
  if (constraint.validated) await validateCheck(context, table, name)
}

/** Throws 23514 when some row does not satisfy the check. */
export const validateCheck = async (context: DefinitionContext, table: number, name: string): Promise<void> => {
  const relation = currentRelation(context, table)
  const analysis = analysisFor(context)
  const item = tableItem(analysis, relation)
  const check = tableChecks(analysis, item).find((c) => c.name === name)
  if (check === undefined) return
  const execution = context.execution()
  const columns = item.columns.map(planColumn)
  if (relation.storageId === 0) return
  const violated = compileCondition(
    { kind: 'bool-test', arg: check.expr, test: 'false', negated: false, type: check.expr.type, typmod: -1 },
    { context: execution, layout: layoutOf(columns) },
  )
  const scan = context.storage
    .store(relation.storageId)
    .scan(execution.snapshot, { columns: descriptorsOf(relation), projection: item.columns.map((c) => c.attnum - 1) })
  for await (const batch of batchesOf(scan)) {
    if (violated(batch) !== null) throw checkViolatedByRow(name, relation.name)
  }
}

/** Marks columns NOT NULL; throws 23502 when a row has a NULL there. */
export const setNotNull = async (
  context: DefinitionContext,
  table: number,
  attnums: readonly number[],
): Promise<void> => {
  const relation = currentRelation(context, table)
  const missing = attnums.filter((attnum) => relation.columns[attnum - 1]?.notNull === false)
  if (missing.length === 0) return
  const marked = {
    ...relation,
    columns: relation.columns.map((c) => (missing.includes(c.attnum) ? { ...c, notNull: true } : c)),
  }
  if (relation.storageId === 0) {
    context.catalog.put(marked)
    return
  }
  const scan = context.storage.store(relation.storageId).scan(context.execution().snapshot, {
    columns: descriptorsOf(relation),
    projection: missing.map((attnum) => attnum - 1),
  })
  for await (const batch of batchesOf(scan)) {
    for (let k = 0; k < batch.count; k++) {
      const place = missing.findIndex((_, i) => batch.columns[i]?.isNull(batch.position(k)))
      if (place >= 0) throw containsNulls(relation.columns[(missing[place] as number) - 1]?.name ?? '', relation.name)
    }
  }
  context.catalog.put(marked)
}

/** Partitions of a table that is to be NOT NULL alone must be so already. Throws 42P16. */
export const requireNotNull = (partitions: readonly RelationObject[], names: readonly string[]): void => {
  for (const partition of partitions) {
    const nullable = partition.columns.find((c) => !c.dropped && !c.notNull && names.includes(c.name))
    if (nullable !== undefined) throw notNullInPartitionsToo(nullable.name, partition.name)
  }
}

const keyOf = ({ attnum, type }: Column): IndexKey => ({
  attnum,
  expression: null,
  type,
  descending: false,
  nullsFirst: false,
  opclass: null,
})

const addKey = async (
  context: DefinitionContext,
  table: number,
  { node, column }: ColumnConstraint,
  only: boolean,
): Promise<void> => {
  let relation = currentRelation(context, table)
  const primary = node.contype === 'CONSTR_PRIMARY'
  if (primary && context.catalog.snapshot.constraintsOf(table).some((c) => c.type === 'primary')) {
    throw multiplePrimaryKeys(relation.name)
  }
  if (node.indexname !== undefined) return keyUsingIndex(context, relation, node, primary)
  const names = column === null ? namesOf(node.keys) : [column]
  if (new Set(names).size !== names.length)
    throw duplicateKeyColumn(names.find((n, i) => names.indexOf(n) !== i) as string, primary)
  const columns = names.map((name) => columnNamed(relation, name, noSuchKeyColumn))
  for (const { type } of columns) {
    if (type.compare === null) throw noOperatorClass(formatType(type, -1), 'btree')
  }
  const attnums = columns.map((c) => c.attnum)
  requireKeyColumns(relation, { keys: columns.map(keyOf) }, primary ? 'PRIMARY KEY' : 'UNIQUE')
  if (primary && only && relation.kind === 'p') {
    requireNotNull(context.catalog.snapshot.childrenOf(table), names)
    await setNotNull(context, table, attnums)
    relation = currentRelation(context, table)
  } else if (primary) {
    for (const { oid } of withDescendants(context.catalog.snapshot, relation)) {
      const own = currentRelation(context, oid)
      const names = columns.map((c) => c.name)
      await setNotNull(
        context,
        oid,
        own.columns.flatMap((c) => (!c.dropped && names.includes(c.name) ? [c.attnum] : [])),
      )
    }
    relation = currentRelation(context, table)
  }
  const suffix = primary ? 'pkey' : 'key'
  const second = primary ? null : names.join('_')
  const name = node.conname ?? chooseName(relation.name, second, suffix, keyNameTaken(context, relation))
  if (context.catalog.snapshot.relationIn(relation.schema, name) !== null) throw duplicateRelation(name)
  const constraint = constraintBase(
    context,
    relation,
    constraintName(context, relation, { ...node, conname: name }, null, ''),
    node,
  )
  const own: ConstraintObject = {
    ...constraint,
    type: primary ? 'primary' : 'unique',
    columns: attnums,
    depends: attnums.map((attnum) => ({ oid: table, attnum, kind: 'auto' })),
  }
  const alone = only && relation.kind === 'p'
  const add = alone ? createIndexAlone : createIndexes
  await add(context, relation, {
    name,
    constraint: own,
    keys: columns.map(keyOf),
    included: namesOf(node.including).map((n) => columnNamed(relation, n, noSuchKeyColumn).attnum),
    unique: true,
    primary,
    nullsNotDistinct: node.nulls_not_distinct ?? false,
    immediate: !(node.deferrable ?? false),
    predicate: null,
    method: 'btree',
    depends: [{ oid: constraint.oid, attnum: 0, kind: 'internal' }],
    options: [],
  })
}

/** ADD CONSTRAINT … USING INDEX: the index becomes the constraint's, under its name. */
const keyUsingIndex = async (
  context: DefinitionContext,
  relation: RelationObject,
  node: Constraint,
  primary: boolean,
): Promise<void> => {
  const index = context.catalog.snapshot.indexesOf(relation.oid).find((i) => i.name === node.indexname)
  const definition = index?.index
  if (index === undefined || definition === undefined || definition === null)
    throw invalidTableDefinition(`index "${node.indexname}" does not exist`)
  if (!definition.unique) throw invalidTableDefinition(`"${index.name}" is not a unique index`)
  const attnums = definition.keys.map((key) => key.attnum)
  if (primary) await setNotNull(context, relation.oid, attnums)
  const name = constraintName(context, relation, { ...node, conname: node.conname ?? index.name }, null, '')
  const constraint = constraintBase(context, relation, name, node)
  context.catalog.put({
    ...index,
    name,
    index: { ...definition, primary },
    depends: [{ oid: constraint.oid, attnum: 0, kind: 'internal' }],
  })
  context.catalog.put({
    ...constraint,
    type: primary ? 'primary' : 'unique',
    columns: attnums,
    index: index.oid,
    depends: attnums.map((attnum) => ({ oid: relation.oid, attnum, kind: 'auto' })),
  })
}

const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
}

export const addForeignKey = async (
  context: DefinitionContext,
  table: number,
  { node, column }: ColumnConstraint,
): Promise<void> => {
  const relation = currentRelation(context, table)
  const { snapshot } = context.catalog
  const parent = namedRelation({ catalog: snapshot, searchPath: context.searchPath }, node.pktable as RangeVar)
  if ((parent.kind !== 'r' && parent.kind !== 'p') || parent.system !== null) throw notOfKind(parent.name, 'table')
  requireSameLife(relation, parent)
  const names = column === null ? namesOf(node.fk_attrs) : [column]
  if (
    [...names.map((n) => [relation, n] as const), ...namesOf(node.pk_attrs).map((n) => [parent, n] as const)].some(
      ([of, name]) => isSystemColumn(of, name),
    )
  ) {
    throw systemColumnInForeignKey()
  }
  const columns = names.map((name) => columnNamed(relation, name, noSuchForeignColumn))
  const { referenced, index } = referencedKey(context, parent, namesOf(node.pk_attrs))
  requireOnTable(
    context,
    parent,
    PRIVILEGE.REFERENCES,
    referenced.map(({ attnum }) => attnum),
  )
  requireOnTable(
    context,
    relation,
    PRIVILEGE.REFERENCES,
    columns.map(({ attnum }) => attnum),
  )
  if (referenced.length !== columns.length) {
    throw invalidForeignKey('number of referencing and referenced columns for foreign key disagree')
  }
  const name = constraintName(context, relation, node, names.join('_'), 'fkey')
  for (const [i, c] of columns.entries()) checkComparable(name, c, referenced[i] as Column)
  const foreign: ForeignKey = {
    table: parent.oid,
    columns: referenced.map((c) => c.attnum),
    onUpdate: ACTIONS[node.fk_upd_action ?? 'a'] as ReferentialAction,
    onDelete: ACTIONS[node.fk_del_action ?? 'a'] as ReferentialAction,
    deleteColumns: [...new Set(namesOf(node.fk_del_set_cols))].map((n) => deleteColumn(relation, columns, n)),
    matchFull: node.fk_matchtype === 'f',
    index: index.oid,
  }
  const constraint: ConstraintObject = {
    ...constraintBase(context, relation, name, node),
    type: 'foreign',
    columns: columns.map((c) => c.attnum),
    foreign,
    validated: !(node.skip_validation ?? false),
    depends: [
      ...columns.map((c) => ({ oid: relation.oid, attnum: c.attnum, kind: 'auto' as const })),
      ...foreign.columns.map((attnum) => ({ oid: parent.oid, attnum, kind: 'normal' as const })),
      { oid: index.oid, attnum: 0, kind: 'normal' },
    ],
  }
  context.catalog.put(constraint)
  if (relation.kind === 'p') {
    for (const { oid } of snapshot.childrenOf(relation.oid)) await inheritForeignKey(context, relation, oid, constraint)
  } else if (constraint.validated) await validateForeignKey(context, constraint)
}

/** Rows refer to none that are gone sooner than they: of a session, or lost in a crash. Throws 42P16. */
const requireSameLife = ({ persistence: own }: RelationObject, { persistence: other }: RelationObject): void => {
  if (own === 'p' && other !== 'p') throw referencesOtherPersistence('permanent')
  if (own === 'u' && other === 't') throw referencesOtherPersistence('unlogged')
  if (own === 't' && other !== 't') throw referencesOtherPersistence('temporary')
}

/** A column of ON DELETE SET …, which is one of the foreign key's. */
const deleteColumn = (relation: RelationObject, columns: readonly Column[], name: string): number => {
  const column = columnNamed(relation, name, noSuchForeignColumn)
  if (!columns.includes(column)) throw notInForeignKey(name)
  return column.attnum
}

/** The referenced columns, and the unique index that makes them a key. */
const referencedKey = (
  context: DefinitionContext,
  parent: RelationObject,
  names: readonly string[],
): { referenced: Column[]; index: RelationObject } => {
  const { snapshot } = context.catalog
  if (names.length === 0) {
    const primary = snapshot.constraintsOf(parent.oid).find((c) => c.type === 'primary')
    const index = primary === undefined ? null : snapshot.relation(primary.index)
    if (primary === undefined || index === null) throw noPrimaryKeyForReference(parent.name)
    return { referenced: primary.columns.map((attnum) => parent.columns[attnum - 1] as Column), index }
  }
  const referenced = names.map((name) => columnNamed(parent, name, noSuchForeignColumn))
  const wanted = new Set(referenced.map((c) => c.attnum))
  const index = snapshot.indexesOf(parent.oid).find((relation) => {
    const definition = relation.index
    if (definition === null || !definition.unique || definition.predicate !== null || !definition.immediate)
      return false
    const keys = definition.keys.map((key) => key.attnum)
    return keys.length === wanted.size && keys.every((attnum) => wanted.has(attnum))
  })
  if (index === undefined) throw noUniqueForReference(parent.name)
  return { referenced, index }
}

export const checkComparable = (name: string, column: Column, referenced: Column): void => {
  const [a, b] = [column.type, referenced.type]
  const comparable =
    a.oid === b.oid ||
    castBetween(a.oid, b.oid)?.context === 'implicit' ||
    operatorsByName('=').some((o) => o.left === b.oid && o.right === a.oid)
  if (comparable) return
  throw datatypeMismatch(`foreign key constraint "${name}" cannot be implemented`, undefined, {
    detail: `Key columns "${column.name}" and "${referenced.name}" are of incompatible types: ${a.sqlName} and ${b.sqlName}.`,
  })
}

/** Every row there is must find its reference. */
export const validateForeignKey = async (context: DefinitionContext, constraint: ConstraintObject): Promise<void> => {
  if (isForeign(constraint)) await validateReferences(context.execution(), constraint)
}
