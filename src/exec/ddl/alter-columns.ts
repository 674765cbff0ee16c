/** ALTER TABLE's actions on columns. */
import { columnDefault as defaultOf } from '../../analyze/table-expressions.ts'
import type { Column, ParseTree, RelationObject } from '../../catalog/objects.ts'
import { undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import {
  cannotAlterColumn,
  columnExists,
  invalidTableDefinition,
  madeColumn,
  systemColumnName,
  systemColumnUntouched,
  wrongIdentity,
} from '../../errors/raise/definitions.ts'
import {
  changedInChildrenToo,
  changesPartitionColumns,
  childColumnType,
  childrenToo,
  identityWithChildren,
  inheritedColumn,
  partitionKeyColumn,
  removedFromPartitionsToo,
  typedTable,
  inheritedColumnOf,
} from '../../errors/raise/inheritance.ts'
import { withDescendants } from '../../catalog/inheritance.ts'
import { bodyOf, type AlterTableCmd, type ColumnDef, type Constraint, type Node } from '../../sql/ast.ts'
import { boundColumns } from '../../analyze/stored-trees.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import { columnDefaultValue, isConstantDefault } from '../modify/column-default.ts'
import {
  type Action,
  childrenOf,
  columnOf,
  eachChild,
  named,
  putColumn,
  type Reach,
  unlocated,
  withChildren,
} from './alter-action.ts'
import { addWithChildren } from './alter-constraints.ts'
import { applyTypeChanges, planTypeChanges, rewriteWith, type TypeChanges } from './alter-column-type.ts'
import { requireNotNull, setNotNull } from './constraints.ts'
import { analysisFor, currentRelation, isSystemColumn, noticeOf, type DefinitionContext } from './context.ts'
import { attachSequences, bindDefaults, defaultTree, plannedColumn } from './create-table.ts'
import { dropObjects } from './drop.ts'
import { forgetColumn } from './forget-column.ts'
import { containsType } from './contains-type.ts'
import { withoutParent } from './inheritance.ts'
import { memberOfItself } from '../../errors/raise/types.ts'
import { isDomainType } from '../../types/domain-type.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { changeStoredRows, requireUnstored, withField } from './row-type-users.ts'
import { alterIdentitySequence, requireSequenceType } from './sequences.ts'
import { checkDefault, withUses } from './stored-expressions.ts'

export const addColumn: Action = async (context, relation, command, { only, inherited, typed }) => {
  const definition = bodyOf(command.def as Node, 'ColumnDef') as ColumnDef
  const name = definition.colname as string
  if (isSystemColumn(relation, name)) throw systemColumnName(name)
  if (relation.partition !== undefined && !inherited) throw changesPartitionColumns('add', name)
  if (relation.ofType !== undefined && !typed) throw typedTable('add')
  const existing = relation.columns.find((c) => c.name === name && !c.dropped)
  const constraints = (definition.constraints ?? []).map((node): Node => {
    const constraint = bodyOf(node, 'Constraint') as Constraint
    const { raw_expr: expression } = constraint
    return expression === undefined ? node : { Constraint: { ...constraint, raw_expr: unlocated(expression) } }
  })
  const planned = plannedColumn(context, { ...definition, constraints }, relation.columns.length + 1, relation.name)
  refuseSelf(context, relation, planned.column.type)
  if (existing !== undefined && inherited) {
    const { type, typmod } = planned.column
    if (existing.type.oid !== type.oid || existing.typmod !== typmod) throw childColumnType(relation.name, name)
    noticeOf(context, `merging definition of column "${name}" for child "${relation.name}"`)
    putColumn(context, relation, { ...existing, inherited: (existing.inherited ?? 0) + 1 })
    return
  }
  if (existing !== undefined) {
    if (!command.missing_ok) throw columnExists(name, relation.name)
    noticeOf(context, `column "${name}" of relation "${relation.name}" already exists, skipping`)
    return
  }
  const hasChildren = childrenOf(context, relation).length > 0
  if (only && hasChildren) throw childrenToo('column')
  if (hasChildren && planned.sequence?.identity) throw identityWithChildren()
  const { snapshot } = context.catalog
  const wantsNotNull = planned.column.notNull
  const origin = inherited ? ({ inherited: 1, local: false } as const) : {}
  const added: Column = { ...planned.column, ...origin, notNull: false }
  let changed: RelationObject = { ...relation, columns: [...relation.columns, added] }
  context.catalog.put(changed)
  changed = attachSequences(context, changed, [planned])
  changed = bindDefaults(context, changed)
  if (changed.storageId !== 0) changed = await fillColumn(context, relation, changed)
  const fields = relation.columns.filter((c) => !c.dropped).length
  await changeStoredRows(context, snapshot, relation.rowType, (values) => withField(values, fields))
  const { attnum } = changed.columns.at(-1) as Column
  if (wantsNotNull) await setNotNull(context, relation.oid, [attnum])
  await eachChild(context, relation, (child) => addColumn(context, child, command, { only: false, inherited: true }))
  if (inherited) return
  for (const constraint of planned.constraints) {
    await addWithChildren(context, currentRelation(context, relation.oid), constraint, only)
  }
}

/** No row holds rows of its own table. */
const refuseSelf = (context: DefinitionContext, relation: RelationObject, type: SqlType): void => {
  if (relation.rowType !== 0 && containsType(context, type, relation.rowType)) throw memberOfItself(relation.name)
}

/** Rows that are there get the new column's default. */
const fillColumn = async (
  context: DefinitionContext,
  before: RelationObject,
  after: RelationObject,
): Promise<RelationObject> => {
  const column = after.columns.at(-1) as Column
  const store = context.storage.store(after.storageId)
  const own = column.default !== null || column.identity !== null
  const ofDomain = !own && isDomainType(column.type) && defaultOf(analysisFor(context), column) !== null
  const hasDefault = own || ofDomain
  if (hasDefault) requireUnstored(context, before)
  if (own && !column.generated && isConstantDefault(context.execution(), column)) {
    // One value for all rows that are there: they need not be touched.
    const missing = columnDefaultValue(context.execution(), column)
    const changed = putColumn(context, after, { ...column, missing })
    store.setColumns(context.transaction, descriptorsOf(changed))
    return changed
  }
  store.setColumns(context.transaction, descriptorsOf(after))
  return hasDefault ? rewriteWith(context, before, after, column) : after
}

/** Throws for a column that a table is partitioned by. */
const refusePartitionKey = (relation: RelationObject, column: Column, verb: 'drop' | 'alter'): void => {
  const isKey = relation.partitionKey?.keys.some(
    ({ attnum, expression }) =>
      attnum === column.attnum || (expression !== null && boundColumns(expression).has(column.attnum)),
  )
  if (isKey) throw partitionKeyColumn(verb, column.name, relation.name)
}

export const dropColumn: Action = async (context, relation, command, { only, inherited, typed }) => {
  if (relation.ofType !== undefined && !typed) throw typedTable('drop')
  const found = relation.columns.find((c) => c.name === command.name && !c.dropped)
  if (found === undefined) {
    if (isSystemColumn(relation, named(command))) throw systemColumnUntouched('drop', named(command))
    if (!command.missing_ok) throw undefinedColumnOfRelation(named(command), relation.name)
    noticeOf(context, `column "${command.name}" of relation "${relation.name}" does not exist, skipping`)
    return
  }
  if ((found.inherited ?? 0) > 0 && !inherited) {
    throw inheritedColumn('drop', found.name)
  }
  refusePartitionKey(relation, found, 'drop')
  if (only && relation.kind === 'p' && childrenOf(context, relation).length > 0) {
    throw removedFromPartitionsToo('column')
  }
  await eachChild(context, relation, async (child) => {
    const own = columnOf(child, found.name)
    const { local: _, ...kept } = withoutParent(own)
    if (only) putColumn(context, child, kept)
    else if ((own.inherited ?? 0) > 1 || own.local !== false) putColumn(context, child, withoutParent(own))
    else await dropColumn(context, child, command, { only: false, inherited: true })
  })
  const { snapshot } = context.catalog
  const field = relation.columns.filter((c) => !c.dropped).indexOf(found)
  await dropObjects(context, [relation], command.behavior === 'DROP_CASCADE', found.attnum)
  forgetColumn(context, relation.oid, found.attnum)
  await changeStoredRows(context, snapshot, relation.rowType, (values) => values.toSpliced(field, 1))
}

export const columnDefault: Action = withChildren((context, relation, command) => {
  const column = columnOf(relation, named(command))
  if (column.identity !== null) {
    const hint = command.def === undefined ? 'Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.' : undefined
    throw madeColumn(column.name, relation.name, 'identity', hint)
  }
  if (column.generated) {
    const hint = command.def === undefined ? 'Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead.' : undefined
    throw madeColumn(column.name, relation.name, 'generated', hint)
  }
  const changed = {
    ...column,
    default: defaultTree(command.def && unlocated(command.def), column.type) as unknown as ParseTree | null,
  }
  const withDefault = putColumn(context, relation, changed)
  putColumn(context, withDefault, withUses(changed, checkDefault(context, withDefault, changed)))
})

export const dropNotNull: Action = withChildren((context, relation, command, { only, inherited }) => {
  const column = columnOf(relation, named(command))
  if (only && relation.kind === 'p' && childrenOf(context, relation).length > 0) {
    throw removedFromPartitionsToo('constraint')
  }
  const { snapshot } = context.catalog
  const primary = snapshot.constraintsOf(relation.oid).find((c) => c.type === 'primary')
  if (primary?.columns.includes(column.attnum)) {
    throw invalidTableDefinition(`column "${column.name}" is in a primary key`)
  }
  if (column.identity !== null) {
    throw madeColumn(column.name, relation.name, 'identity')
  }
  const parent = relation.partition === undefined || inherited ? null : snapshot.relation(relation.inherits?.[0] ?? 0)
  if (parent?.columns.some((c) => c.name === column.name && !c.dropped && c.notNull)) {
    throw invalidTableDefinition(`column "${column.name}" is marked NOT NULL in parent table`)
  }
  putColumn(context, relation, { ...column, notNull: false })
})

export const setColumnNotNull: Action = withChildren((context, relation, command, { only }) => {
  const column = columnOf(relation, named(command))
  if (only && relation.kind === 'p') requireNotNull(childrenOf(context, relation), [column.name])
  return setNotNull(context, relation.oid, [column.attnum])
})

/** Other types for columns of a table and of all that inherit them. Answers what is to be done once columns are dropped. */
export const planColumnTypes = async (
  context: DefinitionContext,
  relation: RelationObject,
  commands: readonly AlterTableCmd[],
  { only, typed }: Reach,
): Promise<TypeChanges[]> => {
  const family = withDescendants(context.catalog.snapshot, relation)
  const wanted = commands.map((command) => {
    const column = columnOf(relation, named(command))
    if (relation.ofType !== undefined && !typed) throw typedTable('alter')
    if ((column.inherited ?? 0) > 0) throw inheritedColumn('alter', column.name)
    if (only && family.length > 1) throw changedInChildrenToo(column.name)
    return { name: column.name, node: bodyOf(command.def as Node, 'ColumnDef') as ColumnDef }
  })
  for (const member of family.slice(1)) await context.lock(member.oid, 'accessExclusive')
  return family.map(({ oid }) => {
    const member = currentRelation(context, oid)
    const within = (member.inherits ?? []).filter((parent) => family.some((f) => f.oid === parent)).length
    const columns = wanted.map(({ name, node }) => {
      const column = columnOf(member, name)
      if ((column.inherited ?? 0) > within) throw inheritedColumnOf('alter', name, member.name)
      refusePartitionKey(member, column, 'alter')
      return { column, node }
    })
    return planTypeChanges(context, member, columns)
  })
}

export const setColumnType: Action = async (context, relation, command, reach) => {
  const plans = await planColumnTypes(context, relation, [command], reach)
  for (const plan of plans) await applyTypeChanges(context, plan)
}

export const addIdentity: Action = (context, relation, command) => {
  const node = bodyOf(command.def as Node, 'Constraint') as Constraint
  const column = columnOf(relation, named(command))
  requireSequenceType(column.type)
  if (!column.notNull)
    throw wrongIdentity(
      `column "${column.name}" of relation "${relation.name}" must be declared NOT NULL before identity can be added`,
    )
  if (column.identity !== null)
    throw wrongIdentity(`column "${column.name}" of relation "${relation.name}" is already an identity column`)
  if (column.default !== null)
    throw wrongIdentity(`column "${column.name}" of relation "${relation.name}" already has a default value`)
  const identity = node.generated_when === 'a' ? 'always' : 'default'
  attachSequences(context, relation, [
    { column, sequence: { type: column.type, options: node.options ?? [], identity }, constraints: [] },
  ])
}

const identityOf = (relation: RelationObject, command: AlterTableCmd): Column => {
  const column = columnOf(relation, named(command))
  if (column.identity !== null) return column
  throw wrongIdentity(`column "${column.name}" of relation "${relation.name}" is not an identity column`)
}

/** SET GENERATED, SET sequence options, RESTART. */
export const setIdentity: Action = (context, relation, command) => {
  const column = identityOf(relation, command)
  const { identity } = column
  if (identity === null) return
  const options = bodyOf(command.def as Node, 'List')?.items ?? []
  const generated = options.map((o) => bodyOf(o, 'DefElem')).find((o) => o?.defname === 'generated')
  if (generated !== undefined) {
    // The letter of GENERATED ALWAYS or BY DEFAULT, as a number.
    const always = bodyOf(generated.arg as Node, 'Integer')?.ival === 'a'.charCodeAt(0)
    putColumn(context, relation, { ...column, identity: { ...identity, always } })
  }
  const rest = options.filter((o) => bodyOf(o, 'DefElem')?.defname !== 'generated')
  if (rest.length > 0) alterIdentitySequence(context, currentRelation(context, identity.sequence), rest)
}

export const dropIdentity: Action = async (context, relation, command) => {
  const found = columnOf(relation, named(command))
  if (found.identity === null && command.missing_ok) {
    noticeOf(context, `column "${found.name}" of relation "${relation.name}" is not an identity column, skipping`)
    return
  }
  const column = identityOf(relation, command)
  const sequence = currentRelation(context, column.identity?.sequence ?? 0)
  putColumn(context, relation, { ...column, identity: null })
  await dropObjects(context, [sequence], true)
}

/** A generated column becomes an ordinary one; its values stay. */
export const dropExpression: Action = async (context, relation, command, { only, inherited }) => {
  const column = columnOf(relation, named(command))
  if (!column.generated) {
    if (!command.missing_ok) {
      throw cannotAlterColumn(`column "${column.name}" of relation "${relation.name}" is not a stored generated column`)
    }
    noticeOf(
      context,
      `column "${column.name}" of relation "${relation.name}" is not a stored generated column, skipping`,
    )
    return
  }
  if (!inherited && (column.inherited ?? 0) > 0) {
    throw invalidTableDefinition('cannot drop generation expression from inherited column')
  }
  if (only && childrenOf(context, relation).length > 0) {
    throw invalidTableDefinition('ALTER TABLE / DROP EXPRESSION must be applied to child tables too')
  }
  putColumn(context, relation, withUses({ ...column, generated: false, default: null }, []))
  await eachChild(context, relation, (child) =>
    dropExpression(context, child, command, { only: false, inherited: true }),
  )
}
