/** CREATE INDEX, and the indexes behind keys. */

import { requireCreate, requireTableOwner } from './permissions.ts'
import { type Exclusion, probeExclusion } from '../../storage/index/conflicts.ts'
import { columnNameOf } from '../../analyze/column-names.ts'
import { namedRelation, tableItem } from '../../analyze/from.ts'
import { CLAUSE } from '../../analyze/scope.ts'
import { expressionDependencies } from '../../analyze/query-dependencies.ts'
import { bindColumns, boundColumns, systemColumnIn } from '../../analyze/stored-trees.ts'
import { storedCondition, storedExpression } from '../../analyze/table-expressions.ts'
import type {
  ConstraintObject,
  Dependency,
  IndexDefinition,
  IndexKey,
  ParseTree,
  RelationObject,
  SchemaObject,
} from '../../catalog/objects.ts'
import { undefinedColumn } from '../../errors/raise/analysis.ts'
import {
  duplicateRelation,
  invalidTableDefinition,
  notOfKind,
  systemColumnIndexed,
} from '../../errors/raise/definitions.ts'
import { keyLacksPartitionColumn, keyOverExpressions } from '../../errors/raise/inheritance.ts'
import { couldNotCreateExclusion, couldNotCreateUniqueIndex } from '../../errors/raise/execution.ts'
import { bodyOf, type IndexElem, type IndexStmt, type Node, namesOf, type RangeVar } from '../../sql/ast.ts'
import type { Datum } from '../../types/sql-type.ts'

import { Wait } from '../../vector/wait.ts'
import { exclusionOf } from '../modify/exclusion.ts'
import { keyName } from '../modify/row-writer.ts'
import {
  analysisFor,
  chooseName,
  currentRelation,
  type DefinitionContext,
  isSystemColumn,
  noticeOf,
  requireChangeable,
  truncateName,
} from './context.ts'
import { typeByName } from './collations.ts'
import { checkMethod, methodOf, requireOperators } from './index-methods.ts'
import { requireImmutable } from './stored-expressions.ts'

export interface NewIndex extends Omit<IndexDefinition, 'table'> {
  readonly name: string
  readonly depends: readonly Dependency[]
  /** The constraint that it is behind, which is stored with it. */
  readonly constraint?: ConstraintObject
  readonly options: readonly string[]
}

/** Makes the index, fills it, and checks uniqueness over the rows that are there. */
export const createIndex = async (
  context: DefinitionContext,
  table: RelationObject,
  index: NewIndex,
): Promise<RelationObject> => {
  const relation = attachIndex(context, table, index)
  await context.indexes.of(relation, table, context.catalog.snapshot).create(context.transaction)
  await checkKeys(context, relation, table)
  return relation
}

/** Makes an index that writers keep from now on; it goes again when the transaction is rolled back. */
export const attachIndex = (context: DefinitionContext, table: RelationObject, index: NewIndex): RelationObject => {
  const { catalog } = context
  if (catalog.snapshot.relationIn(table.schema, index.name) !== null) throw duplicateRelation(index.name)
  const { name, depends, options, constraint, ...definition } = index
  const relation: RelationObject = {
    class: 'relation',
    kind: table.kind === 'p' ? 'I' : 'i',
    oid: catalog.allocateOid(),
    name,
    schema: table.schema,
    owner: table.owner,
    comment: null,
    depends: depends.length > 0 ? depends : dependsOnKeys(context, table, definition),
    acl: null,
    persistence: table.persistence,
    columns: [],
    rowType: 0,
    storageId: 0,
    index: { ...definition, table: table.oid },
    sequence: null,
    view: null,
    system: null,
    options,
  }
  catalog.put(relation)
  if (constraint !== undefined) catalog.put({ ...constraint, index: relation.oid })
  if (table.kind === 'p') return relation
  context.transaction.onEnd((committed) => {
    if (!committed) context.indexes.forget(relation.oid, table.storageId)
  })
  context.indexes.of(relation, table, catalog.snapshot)
  return relation
}

// ---- CREATE INDEX CONCURRENTLY, REINDEX: each function is one of several transactions

/** First: the index is there and kept by writers, but nobody reads it or relies on it. Null: it need not be made. */
export const beginIndex = (
  context: DefinitionContext,
  node: IndexStmt,
): { readonly table: RelationObject; readonly index: RelationObject } | null => {
  const planned = plannedIndex(context, node)
  if (planned === null) return null
  const { table, index } = planned
  return { table, index: attachIndex(context, table, { ...index, ready: false, valid: false }) }
}

/** Instead of the first, for an index that is there and not valid. */
export const keepIndex = (context: DefinitionContext, index: RelationObject): void => {
  const table = currentRelation(context, (index.index as IndexDefinition).table)
  context.indexes.of(index, table, context.catalog.snapshot)
}

/** Second, once the writers that knew nothing of the index have ended: fills it from the table. */
export const fillIndex = async (context: DefinitionContext, index: RelationObject): Promise<void> => {
  const table = currentRelation(context, (index.index as IndexDefinition).table)
  try {
    await context.indexes.of(index, table, context.catalog.snapshot).create(context.transaction)
  } catch (error) {
    // Writers need not keep what will not be filled.
    context.transaction.onEnd(() => context.indexes.forget(index.oid, table.storageId))
    throw error
  }
}

/** Third and fourth: looks for keys that are there twice, and says what the index is good for. */
export const promoteIndex = async (context: DefinitionContext, oid: number, isValid: boolean): Promise<void> => {
  const relation = currentRelation(context, oid)
  const { ready: _ready, valid: _valid, ...index } = relation.index as IndexDefinition
  await checkKeys(context, relation, currentRelation(context, index.table))
  context.catalog.put({ ...relation, index: isValid ? index : { ...index, ready: true, valid: false } })
}

/** Nobody is to read an index any more, nor to keep it unique. */
export const retireIndex = (context: DefinitionContext, oid: number): void => {
  const relation = currentRelation(context, oid)
  context.catalog.put({ ...relation, index: { ...(relation.index as IndexDefinition), ready: false, valid: false } })
}

/** Removes an index that nobody uses. */
export const removeRetiredIndex = (context: DefinitionContext, { oid, index }: RelationObject): void => {
  const { storageId } = currentRelation(context, (index as IndexDefinition).table)
  context.catalog.remove(oid)
  context.transaction.onCommit(() => context.indexes.forget(oid, storageId))
}

/** REINDEX: new entries in the place of all that there are; an index that was not valid is so afterwards. */
export const reindex = async (context: DefinitionContext, relation: RelationObject): Promise<void> => {
  const { table: oid, valid, ready, ...index } = relation.index as IndexDefinition
  const table = currentRelation(context, oid)
  await context.indexes.of(relation, table, context.catalog.snapshot).rebuild(context.transaction)
  await checkKeys(context, relation, table)
  if (valid === false || ready === false) context.catalog.put({ ...relation, index: { ...index, table: oid } })
}

/** An index goes with any column that it mentions, and needs the functions of its expressions. */
const dependsOnKeys = (
  context: DefinitionContext,
  table: RelationObject,
  { keys, included, predicate }: Omit<IndexDefinition, 'table'>,
): Dependency[] => {
  const trees = [...keys.map((key) => key.expression), predicate].filter((tree) => tree !== null)
  const attnums = new Set([...keys.map((key) => key.attnum).filter((attnum) => attnum !== 0), ...included])
  for (const tree of trees) for (const attnum of boundColumns(tree)) attnums.add(attnum)
  const analysis = analysisFor(context)
  const item = tableItem(analysis, table)
  const uses = trees.flatMap((tree) =>
    expressionDependencies(context.catalog.snapshot, storedExpression(analysis, item, tree, CLAUSE.index)),
  )
  const columns = attnums.size === 0 ? [0] : [...attnums]
  return [...columns.map((attnum) => ({ oid: table.oid, attnum, kind: 'auto' as const })), ...uses]
}

/** A unique key over partitions must tell which one a row is in. Throws 0A000. */
export const requireKeyColumns = (
  table: RelationObject,
  { keys }: Pick<IndexDefinition, 'keys'>,
  kind: 'PRIMARY KEY' | 'UNIQUE' | null,
): void => {
  if (kind === null || table.partitionKey === undefined) return
  for (const { attnum } of table.partitionKey.keys) {
    if (attnum === 0) throw keyOverExpressions(kind)
    if (keys.some((key) => key.attnum === attnum)) continue
    throw keyLacksPartitionColumn(kind, table.name, table.columns[attnum - 1]?.name ?? '')
  }
}

/** Whether the rows that are there keep a unique index, or one behind an exclusion constraint. */
export const checkKeys = async (
  context: DefinitionContext,
  relation: RelationObject,
  table: RelationObject,
): Promise<void> => {
  if (relation.index?.unique) return checkUnique(context, relation, table)
  const exclusion = exclusionOf(context.execution(), relation)
  if (exclusion !== null) await checkExclusion(context, relation, table, exclusion)
}

const checkExclusion = async (
  context: DefinitionContext,
  relation: RelationObject,
  table: RelationObject,
  exclusion: Exclusion,
): Promise<void> => {
  const ordered = context.indexes.of(relation, table, context.catalog.snapshot)
  const execution = context.execution()
  const walk = ordered.candidates({})
  while (walk.next()) {
    const { key, rowid } = walk
    if (ordered.visible(key, rowid, execution.snapshot, null) === null) continue
    for (;;) {
      const found = probeExclusion(ordered, context.transaction, key, exclusion, rowid)
      if (found === null) break
      if (!(found instanceof Wait)) throw excludedKey(context, relation, table, key, found.key ?? key)
      await found.promise
    }
    const wait = execution.poll()
    if (wait !== null) await wait.promise
  }
}

const excludedKey = (
  context: DefinitionContext,
  relation: RelationObject,
  table: RelationObject,
  key: readonly Datum[],
  other: readonly Datum[],
) => {
  const [first, second] = [key, other].map((values) => keyText(context, relation, table, values))
  return couldNotCreateExclusion(relation.name, {
    detail: `Key ${first} conflicts with key ${second}.`,
    schema: context.catalog.snapshot.schema(table.schema)?.name ?? '',
    table: table.name,
    constraint: relation.name,
  })
}

/** Neighbours in index order with equal keys, both alive, refuse a unique index. */
const checkUnique = async (
  context: DefinitionContext,
  relation: RelationObject,
  table: RelationObject,
): Promise<void> => {
  const ordered = context.indexes.of(relation, table, context.catalog.snapshot)
  const execution = context.execution()
  const nullsDistinct = relation.index?.nullsNotDistinct !== true
  const isAlive = (key: Datum[], rowid: number): boolean =>
    ordered.visible(key, rowid, execution.snapshot, null) !== null
  const walk = ordered.candidates({})
  let last: { key: Datum[]; rowid: number } | null = null
  /** Whether the last key's row, or one before it with the same key, is alive; looked up only when keys are equal. */
  let alive: boolean | null = null
  for (let n = 1; walk.next(); n++) {
    const { key, rowid } = walk
    const equal = last !== null && ordered.compareKeys(last.key, key) === 0
    if (equal && !(nullsDistinct && key.includes(null))) {
      alive ??= isAlive((last as NonNullable<typeof last>).key, (last as NonNullable<typeof last>).rowid)
      const isNext = isAlive(key, rowid)
      if (alive && isNext) throw duplicateKey(context, relation, table, key)
      alive ||= isNext
    } else alive = null
    last = { key, rowid }
    const wait = n % 1024 === 0 ? execution.poll() : null
    if (wait !== null) await wait.promise
  }
}

const duplicateKey = (
  context: DefinitionContext,
  relation: RelationObject,
  table: RelationObject,
  key: readonly Datum[],
) =>
  couldNotCreateUniqueIndex(relation.name, {
    detail: `Key ${keyText(context, relation, table, key)} is duplicated.`,
    schema: context.catalog.snapshot.schema(table.schema)?.name ?? '',
    table: table.name,
    constraint: relation.name,
  })

/** `(a, b)=(1, x)` */
const keyText = (
  context: DefinitionContext,
  relation: RelationObject,
  table: RelationObject,
  key: readonly Datum[],
): string => {
  const keys = relation.index?.keys ?? []
  const names = keys.map((part, i) => keyName(context.execution(), table, relation, part.attnum, i))
  const values = keys.map((part, i) => (key[i] === null ? 'null' : part.type.format(key[i], context.format)))
  return `(${names.join(', ')})=(${values.join(', ')})`
}

/** The index that a statement describes; null: IF NOT EXISTS, and it does. */
export const plannedIndex = (
  context: DefinitionContext,
  node: IndexStmt,
): { table: RelationObject; index: NewIndex } | null => {
  const { snapshot } = context.catalog
  const table = namedRelation({ catalog: snapshot, searchPath: context.searchPath }, node.relation as RangeVar)
  if (table.kind !== 'r' && table.kind !== 'p' && table.kind !== 'm') throw notOfKind(table.name, 'table')
  requireChangeable(table)
  requireTableOwner(context, table)
  requireCreate(context, snapshot.schema(table.schema) as SchemaObject)
  const method = methodOf(node.accessMethod)
  const keys = (node.indexParams ?? []).map((n) =>
    indexKey(context, table, bodyOf(n, 'IndexElem') as IndexElem, method),
  )
  const included = node.indexIncludingParams ?? []
  checkMethod(method, { unique: node.unique ?? false, keys: keys.length, included: included.length })
  const given = node.idxname === undefined ? undefined : truncateName(node.idxname)
  if (given !== undefined && snapshot.relationIn(table.schema, given) !== null) {
    if (!node.if_not_exists) throw duplicateRelation(given)
    noticeOf(context, `relation "${given}" already exists, skipping`)
    return null
  }
  const name = given ?? generatedName(context, table, node)
  const predicate = indexPredicate(context, table, node.whereClause)
  const index: NewIndex = {
    name,
    keys,
    included: included.map((n) => columnOf(table, bodyOf(n, 'IndexElem')?.name ?? '').attnum),
    unique: node.unique ?? false,
    primary: false,
    nullsNotDistinct: node.nulls_not_distinct ?? false,
    immediate: true,
    predicate,
    method,
    depends: [],
    options: [],
  }
  return { table, index }
}

/** The condition of a partial index. */
export const indexPredicate = (
  context: DefinitionContext,
  table: RelationObject,
  where: Node | undefined,
): ParseTree | null => {
  if (where === undefined) return null
  const predicate = bindColumns(where as unknown as ParseTree, table)
  if (systemColumnIn(predicate) !== null) throw systemColumnIndexed()
  const analysis = analysisFor(context)
  const condition = storedCondition(analysis, tableItem(analysis, table), predicate, CLAUSE.predicate)
  requireImmutable(condition, 'functions in index predicate must be marked IMMUTABLE')
  return predicate
}

const columnOf = (table: RelationObject, name: string) => {
  const column = table.columns.find((c) => c.name === name && !c.dropped)
  if (column === undefined) throw undefinedColumn(name)
  return column
}

export const indexKey = (
  context: DefinitionContext,
  table: RelationObject,
  element: IndexElem,
  method: string,
): IndexKey => {
  const descending = element.ordering === 'SORTBY_DESC'
  const nullsFirst =
    element.nulls_ordering === 'SORTBY_NULLS_FIRST' || (element.nulls_ordering !== 'SORTBY_NULLS_LAST' && descending)
  const opclass = namesOf(element.opclass).at(-1) ?? null
  const common = { descending, nullsFirst, opclass }
  if (element.name !== undefined) {
    if (isSystemColumn(table, element.name)) throw systemColumnIndexed()
    const { attnum, type: own } = columnOf(table, element.name)
    const type = typeByName(context, own, element.collation)
    requireOperators(type, method, opclass)
    return { attnum, expression: null, type, ...common }
  }
  const analysis = analysisFor(context)
  // A COLLATE clause around the whole is the key's.
  const clause = bodyOf(element.expr as Node, 'CollateClause')
  const tree = bindColumns((clause?.arg ?? element.expr) as unknown as ParseTree, table)
  if (systemColumnIn(tree) !== null) throw systemColumnIndexed()
  const item = tableItem(analysis, table)
  const expr = storedExpression(analysis, item, tree, CLAUSE.index)
  const plain = expr.kind === 'column' ? item.columns.find((column) => column.id === expr.id) : undefined
  const type = typeByName(context, expr.type, element.collation ?? clause?.collname)
  if (plain !== undefined) return { attnum: plain.attnum, expression: null, type, ...common }
  requireImmutable(expr, 'functions in index expression must be marked IMMUTABLE')
  if (type.kind === 'p') throw invalidTableDefinition(pseudoTyped(element, type))
  requireOperators(type, method, opclass)
  return { attnum: 0, expression: tree, type, ...common }
}

const pseudoTyped = (element: IndexElem, type: IndexKey['type']): string =>
  `column "${indexColumnNames([element])[0]}" has pseudo-type ${type.sqlName}`

/** Names of an index's columns, no two the same. */
export const indexColumnNames = (elements: readonly IndexElem[]): string[] => {
  const names: string[] = []
  for (const element of elements) {
    const written = element.name ?? columnNameOf(element.expr as Node)
    const base = written === '?column?' ? 'expr' : written
    let name = base
    for (let n = 1; names.includes(name); n++) name = `${base}${n}`
    names.push(name)
  }
  return names
}

/** `table_col1_col2_idx`; expressions count as `expr` unless they have a name. */
const generatedName = (context: DefinitionContext, table: RelationObject, node: IndexStmt): string => {
  const parts = indexColumnNames((node.indexParams ?? []).map((n) => bodyOf(n, 'IndexElem') as IndexElem))
  const taken = (name: string): boolean => context.catalog.snapshot.relationIn(table.schema, name) !== null
  return chooseName(table.name, parts.join('_'), node.unique && node.isconstraint ? 'key' : 'idx', taken)
}
