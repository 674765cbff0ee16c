/** ALTER TABLE: each action changes the relation's record; some rewrite or check the rows. */
import { resolveRelation } from '../../analyze/from.ts'
import type { Column, ConstraintObject, ParseTree, RelationObject } from '../../catalog/objects.ts'
import { undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import {
  actionNotForKind,
  cannotAlterColumn,
  columnExists,
  invalidTableDefinition,
  notSupported,
  undefinedNamed,
} from '../../errors/raise/definitions.ts'
import { undefinedObject } from '../../errors/raise/analysis.ts'
import {
  bodyOf,
  type AlterTableCmd,
  type AlterTableStmt,
  type ColumnDef,
  type Constraint,
  type Node,
  type RangeVar,
} from '../../sql/ast.ts'
import { descriptorsOf } from '../columns.ts'
import { columnDefaultValue, isConstantDefault } from '../modify/column-default.ts'
import { changeColumnType, rewriteWith } from './alter-column-type.ts'
import { addConstraint, addForeignKey, setNotNull, validateCheck, validateForeignKey } from './constraints.ts'
import { currentRelation, noticeOf, type DefinitionContext } from './context.ts'
import { forgetColumn } from './forget-column.ts'
import { attachSequences, bindDefaults, defaultTree, plannedColumn } from './create-table.ts'
import { dropObjects } from './drop.ts'
import { changedOptions } from './relation-options.ts'
import { checkDefault } from './stored-expressions.ts'
import { requireCheckable } from './views.ts'

type Action = (context: DefinitionContext, relation: RelationObject, command: AlterTableCmd) => void | Promise<void>

export const alterTable = async (context: DefinitionContext, node: AlterTableStmt): Promise<string> => {
  const kind = (node.objtype ?? 'OBJECT_TABLE').replace('OBJECT_', '').replaceAll('_', ' ')
  const tag = `ALTER ${kind === 'MATVIEW' ? 'MATERIALIZED VIEW' : kind}`
  const range = node.relation as RangeVar
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  let relation: RelationObject
  try {
    relation = resolveRelation(scope, range)
  } catch (error) {
    if (!node.missing_ok) throw error
    noticeOf(context, `relation "${range.relname}" does not exist, skipping`)
    return tag
  }
  await context.lock(relation.oid, lockLevel(node.cmds ?? []))
  // Foreign keys come after the keys that they may refer to.
  const commands = (node.cmds ?? []).map((n) => bodyOf(n, 'AlterTableCmd') as AlterTableCmd)
  for (const command of [...commands.filter((c) => !addsForeignKey(c)), ...commands.filter(addsForeignKey)]) {
    const record = ACTIONS[command.subtype ?? '']
    if (record === undefined) throw notSupported(`ALTER TABLE ${command.subtype} is not supported`)
    if (!record.kinds.includes(relation.kind)) throw actionNotForKind(record.words, relation.name, relation.kind)
    await record.act(context, currentRelation(context, relation.oid), command)
  }
  return tag
}

/** The strongest lock that one of the commands needs. */
export const lockLevel = (
  commands: readonly Node[],
): 'shareUpdateExclusive' | 'shareRowExclusive' | 'accessExclusive' => {
  const levels = commands.map((n) => {
    const command = bodyOf(n, 'AlterTableCmd') as AlterTableCmd
    if (addsForeignKey(command)) return 'shareRowExclusive'
    return BESIDE_WRITERS.has(command.subtype ?? '') ? 'shareUpdateExclusive' : 'accessExclusive'
  })
  if (levels.includes('accessExclusive')) return 'accessExclusive'
  return levels.includes('shareRowExclusive') ? 'shareRowExclusive' : 'shareUpdateExclusive'
}

/** Commands that neither readers nor writers notice. */
const BESIDE_WRITERS: ReadonlySet<string> = new Set([
  'AT_SetStatistics',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_SetOptions',
  'AT_ResetOptions',
  'AT_ClusterOn',
  'AT_DropCluster',
  'AT_ValidateConstraint',
])

const addsForeignKey = (command: AlterTableCmd): boolean =>
  command.def !== undefined && bodyOf(command.def, 'Constraint')?.contype === 'CONSTR_FOREIGN'

const columnOf = (relation: RelationObject, name: string): Column => {
  const column = relation.columns.find((c) => c.name === name && !c.dropped)
  if (column === undefined) throw undefinedColumnOfRelation(name, relation.name)
  return column
}

/** Replaces one column's record. */
const putColumn = (context: DefinitionContext, relation: RelationObject, column: Column): RelationObject => {
  const changed = { ...relation, columns: relation.columns.map((c) => (c.attnum === column.attnum ? column : c)) }
  context.catalog.put(changed)
  return changed
}

const named = (command: AlterTableCmd): string => command.name as string

const addColumn: Action = async (context, relation, command) => {
  const definition = bodyOf(command.def as Node, 'ColumnDef') as ColumnDef
  const name = definition.colname as string
  if (relation.columns.some((c) => c.name === name && !c.dropped)) {
    if (!command.missing_ok) throw columnExists(name, relation.name)
    noticeOf(context, `column "${name}" of relation "${relation.name}" already exists, skipping`)
    return
  }
  const planned = plannedColumn(context, definition, relation.columns.length + 1)
  const wantsNotNull = planned.column.notNull
  let changed: RelationObject = { ...relation, columns: [...relation.columns, { ...planned.column, notNull: false }] }
  context.catalog.put(changed)
  changed = attachSequences(context, changed, [planned])
  changed = bindDefaults(context, changed)
  const column = changed.columns.at(-1) as Column
  const hasDefault = column.default !== null || column.identity !== null
  if (hasDefault && !column.generated && isConstantDefault(context.execution(), column)) {
    // One value for all rows that are there: they need not be touched.
    const missing = columnDefaultValue(context.execution(), column)
    changed = putColumn(context, changed, { ...column, missing })
    context.storage.store(changed.storageId).setColumns(context.transaction, descriptorsOf(changed))
  } else {
    context.storage.store(changed.storageId).setColumns(context.transaction, descriptorsOf(changed))
    if (hasDefault) changed = await rewriteWith(context, relation, changed, column)
  }
  if (wantsNotNull) await setNotNull(context, relation.oid, [column.attnum])
  for (const constraint of planned.constraints) await addConstraint(context, relation.oid, constraint)
}

const dropColumn: Action = async (context, relation, command) => {
  const found = relation.columns.find((c) => c.name === command.name && !c.dropped)
  if (found === undefined) {
    if (!command.missing_ok) throw undefinedColumnOfRelation(named(command), relation.name)
    noticeOf(context, `column "${command.name}" of relation "${relation.name}" does not exist, skipping`)
    return
  }
  await dropObjects(context, [relation], command.behavior === 'DROP_CASCADE', found.attnum)
  forgetColumn(context, relation.oid, found.attnum)
}

const columnDefault: Action = (context, relation, command) => {
  const column = columnOf(relation, named(command))
  if (column.identity !== null) {
    throw invalidTableDefinition(`column "${column.name}" of relation "${relation.name}" is an identity column`)
  }
  const changed = { ...column, default: defaultTree(command.def) as unknown as ParseTree | null }
  checkDefault(context, putColumn(context, relation, changed), changed)
}

const dropNotNull: Action = (context, relation, command) => {
  const column = columnOf(relation, named(command))
  const primary = context.catalog.snapshot.constraintsOf(relation.oid).find((c) => c.type === 'primary')
  if (primary?.columns.includes(column.attnum)) {
    throw invalidTableDefinition(`column "${column.name}" is in a primary key`)
  }
  putColumn(context, relation, { ...column, notNull: false })
}

const addTableConstraint: Action = async (context, relation, command) => {
  const node = bodyOf(command.def as Node, 'Constraint') as Constraint
  const add = node.contype === 'CONSTR_FOREIGN' ? addForeignKey : addConstraint
  await add(context, relation.oid, { node, column: null })
}

const constraintNamed = (context: DefinitionContext, relation: RelationObject, name: string): ConstraintObject | null =>
  context.catalog.snapshot.constraintsOf(relation.oid).find((c) => c.name === name) ?? null

const noConstraint = (name: string, relation: RelationObject) =>
  undefinedObject(`constraint "${name}" of relation "${relation.name}" does not exist`)

const dropConstraint: Action = async (context, relation, command) => {
  const name = named(command)
  const constraint = constraintNamed(context, relation, name)
  if (constraint === null) {
    if (!command.missing_ok) throw noConstraint(name, relation)
    noticeOf(context, `constraint "${name}" of relation "${relation.name}" does not exist, skipping`)
    return
  }
  await dropObjects(context, [constraint], command.behavior === 'DROP_CASCADE')
}

const validateConstraint: Action = async (context, relation, command) => {
  const constraint = constraintNamed(context, relation, named(command))
  if (constraint === null) throw noConstraint(named(command), relation)
  if (constraint.type === 'foreign') await validateForeignKey(context, constraint)
  else await validateCheck(context, relation.oid, constraint.name)
  context.catalog.put({ ...constraint, validated: true })
}

const changeOwner: Action = (context, relation, command) => {
  const name = command.newowner?.rolename ?? context.ownerName
  const role = context.catalog.snapshot.roleByName(name)
  if (role === null) throw undefinedNamed('role', name)
  context.catalog.put({ ...relation, owner: role.oid })
}

const addIdentity: Action = (context, relation, command) => {
  const node = bodyOf(command.def as Node, 'Constraint') as Constraint
  const column = columnOf(relation, named(command))
  if (!column.notNull)
    throw cannotAlterColumn(
      `column "${column.name}" of relation "${relation.name}" must be declared NOT NULL before identity can be added`,
    )
  const identity = node.generated_when === 'a' ? 'always' : 'default'
  attachSequences(context, relation, [
    { column, sequence: { type: column.type, options: node.options ?? [], identity }, constraints: [] },
  ])
}

const dropIdentity: Action = async (context, relation, command) => {
  const column = columnOf(relation, named(command))
  if (column.identity === null) {
    if (command.missing_ok) return
    throw invalidTableDefinition(`column "${column.name}" of relation "${relation.name}" is not an identity column`)
  }
  const sequence = currentRelation(context, column.identity.sequence)
  putColumn(context, relation, { ...column, identity: null })
  await dropObjects(context, [sequence], true)
}

const setOptions: Action = (context, relation, command) => {
  const items = command.def === undefined ? [] : (bodyOf(command.def, 'List')?.items ?? [])
  const reset = command.subtype === 'AT_ResetRelOptions'
  const changed = { ...relation, options: changedOptions(relation.kind, relation.options, items, reset) }
  context.catalog.put(changed)
  if (relation.kind === 'v') requireCheckable(context, changed)
}

/** Statistics targets, storage modes and clustering have nothing to change here: rows are stored one way. */
const accepted: Action = () => {}

interface ActionRecord {
  /** What messages call it. */
  readonly words: string
  /** Kinds of relations that it is for. */
  readonly kinds: string
  readonly act: Action
}

const action = (words: string, kinds: string, act: Action): ActionRecord => ({ words, kinds, act })

const setColumnNotNull: Action = (context, relation, command) =>
  setNotNull(context, relation.oid, [columnOf(relation, named(command)).attnum])

const setColumnType: Action = (context, relation, command) =>
  changeColumnType(
    context,
    relation,
    columnOf(relation, named(command)),
    bodyOf(command.def as Node, 'ColumnDef') as ColumnDef,
  )

const ACTIONS: Readonly<Record<string, ActionRecord>> = {
  AT_AddColumn: action('ADD COLUMN', 'rpc', addColumn),
  AT_DropColumn: action('DROP COLUMN', 'rpc', dropColumn),
  AT_ColumnDefault: action('ALTER COLUMN ... SET DEFAULT', 'rpv', columnDefault),
  AT_SetNotNull: action('ALTER COLUMN ... SET NOT NULL', 'rp', setColumnNotNull),
  AT_DropNotNull: action('ALTER COLUMN ... DROP NOT NULL', 'rp', dropNotNull),
  AT_AddConstraint: action('ADD CONSTRAINT', 'rp', addTableConstraint),
  AT_DropConstraint: action('DROP CONSTRAINT', 'rp', dropConstraint),
  AT_ValidateConstraint: action('VALIDATE CONSTRAINT', 'rp', validateConstraint),
  AT_AlterColumnType: action('ALTER COLUMN ... SET DATA TYPE', 'rpc', setColumnType),
  AT_ChangeOwner: action('OWNER TO', 'rpvmSciI', changeOwner),
  AT_AddIdentity: action('ALTER COLUMN ... ADD IDENTITY', 'rv', addIdentity),
  AT_DropIdentity: action('ALTER COLUMN ... DROP IDENTITY', 'rv', dropIdentity),
  AT_SetRelOptions: action('SET', 'rpvmiI', setOptions),
  AT_ResetRelOptions: action('RESET', 'rpvmiI', setOptions),
  AT_SetStatistics: action('ALTER COLUMN ... SET STATISTICS', 'rpmiI', accepted),
  AT_SetStorage: action('ALTER COLUMN ... SET STORAGE', 'rpm', accepted),
  AT_ClusterOn: action('CLUSTER ON', 'rm', accepted),
  AT_DropCluster: action('SET WITHOUT CLUSTER', 'rm', accepted),
  AT_ReplicaIdentity: action('REPLICA IDENTITY', 'rpm', accepted),
}
