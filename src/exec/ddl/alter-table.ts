/** ALTER TABLE: each action changes the relation's record; some rewrite or check the rows. */
import { setRowSecurity } from './policies.ts'
import { namedRelation } from '../../analyze/from.ts'
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { wrongObjectType } from '../../errors/raise/analysis.ts'
import { typedTableDiffers, typedTablesInherit } from '../../errors/raise/inheritance.ts'
import { rowTypeOf } from './create-table.ts'
import { actionNotForKind, notSupported } from '../../errors/raise/definitions.ts'
import {
  bodyOf,
  type AlterTableCmd,
  type AlterTableStmt,
  type Node,
  type RangeVar,
  type TypeName,
} from '../../sql/ast.ts'
import { type Action, type Reach, requireNamedKind } from './alter-action.ts'
import { changeOwnerOf } from './owner.ts'
import { requireTableOwner } from './permissions.ts'
import { roleOf } from './role-names.ts'
import { applyTypeChanges } from './alter-column-type.ts'
import { setColumnOptions, setCompression, setStatistics, setStorage } from './alter-column-settings.ts'
import {
  addColumn,
  addIdentity,
  columnDefault,
  dropColumn,
  dropExpression,
  dropIdentity,
  dropNotNull,
  planColumnTypes,
  setColumnNotNull,
  setColumnType,
  setIdentity,
} from './alter-columns.ts'
import { addTableConstraint, alterConstraint, dropConstraint, validateConstraint } from './alter-constraints.ts'
import { clusterOn, withoutCluster } from './clustering.ts'
import { setReplicaIdentity } from './replica-identity.ts'
import { currentRelation, noticeOf, requireChangeable, type DefinitionContext } from './context.ts'
import { addParent, removeParent } from './inheritance.ts'
import { attachPartition, detachPartition } from './partitions.ts'
import { setPersistence } from './persistence.ts'
import { changedOptions } from './relation-options.ts'
import { requireCheckable } from './views.ts'

export const alterTable = async (context: DefinitionContext, node: AlterTableStmt): Promise<string> => {
  const kind = (node.objtype ?? 'OBJECT_TABLE').replace('OBJECT_', '').replaceAll('_', ' ')
  const tag = `ALTER ${kind === 'MATVIEW' ? 'MATERIALIZED VIEW' : kind}`
  const range = node.relation as RangeVar
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  let relation: RelationObject
  try {
    relation = namedRelation(scope, range)
  } catch (error) {
    if (!node.missing_ok) throw error
    noticeOf(context, `relation "${range.relname}" does not exist, skipping`)
    return tag
  }
  requireChangeable(relation)
  requireTableOwner(context, relation)
  requireNamedKind(relation, node.objtype ?? '')
  await context.lock(relation.oid, lockLevel(node.cmds ?? []))
  const commands = (node.cmds ?? []).map((n) => bodyOf(n, 'AlterTableCmd') as AlterTableCmd)
  for (const command of commands) {
    const { kinds, words } = actionRecord(command)
    if (!kinds.includes(relation.kind)) throw actionNotForKind(words, relation.name, relation.kind)
  }
  const reach: Reach = { only: range.inh !== true, inherited: false }
  // New types are computed from the columns as they were before the statement.
  const retyping = commands.filter((command) => passOf(command) === 'type')
  const plans = retyping.length === 0 ? [] : await planColumnTypes(context, relation, retyping, reach)
  for (const pass of PASSES) {
    if (pass === 'type') for (const plan of plans) await applyTypeChanges(context, plan)
    else {
      for (const command of commands.filter((c) => passOf(c) === pass)) {
        await actionRecord(command).act(context, currentRelation(context, relation.oid), command, reach)
      }
    }
  }
  return tag
}

/** What a statement's commands are done in the order of, however they were written. */
const PASSES = ['drop', 'type', 'add', 'check', 'attribute', 'key', 'other', 'rest'] as const
type Pass = (typeof PASSES)[number]

const passOf = (command: AlterTableCmd): Pass => {
  const { contype } = (command.def === undefined ? undefined : bodyOf(command.def, 'Constraint')) ?? {}
  switch (command.subtype) {
    case 'AT_DropColumn':
    case 'AT_DropConstraint':
    case 'AT_DropNotNull':
    case 'AT_DropExpression':
    case 'AT_DropIdentity':
      return 'drop'
    case 'AT_ColumnDefault':
      return command.def === undefined ? 'drop' : 'other'
    case 'AT_AlterColumnType':
      return 'type'
    case 'AT_AddColumn':
      return 'add'
    case 'AT_SetNotNull':
      return 'attribute'
    case 'AT_AddIdentity':
      return 'other'
    case 'AT_AddConstraint':
      if (contype === 'CONSTR_FOREIGN') return 'other'
      return contype === 'CONSTR_CHECK' ? 'check' : 'key'
    default:
      return 'rest'
  }
}

const actionRecord = ({ subtype }: AlterTableCmd): ActionRecord => {
  const record = ACTIONS[subtype ?? '']
  if (record === undefined) throw notSupported(`ALTER TABLE ${subtype} is not supported`)
  return record
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

const changeOwner: Action = (context, relation, command) => {
  changeOwnerOf(context, relation, roleOf(context, command.newowner))
}

const setOptions: Action = (context, relation, command) => {
  const items = command.def === undefined ? [] : (bodyOf(command.def, 'List')?.items ?? [])
  const reset = command.subtype === 'AT_ResetRelOptions'
  const changed = { ...relation, options: changedOptions(relation.kind, relation.options, items, reset) }
  context.catalog.put(changed)
  if (relation.kind === 'v') requireCheckable(context, changed)
}

/** ALTER TABLE … OF: the columns must be those of the type. */
const becomeTyped = (context: DefinitionContext, relation: RelationObject, name: TypeName): void => {
  if ((relation.inherits?.length ?? 0) > 0) throw typedTablesInherit()
  const type = rowTypeOf(context, name)
  const [wanted, own] = [type, relation].map((r) => r.columns.filter((c) => !c.dropped)) as [Column[], Column[]]
  for (const [i, column] of wanted.entries()) {
    const found = own[i]
    if (found === undefined) throw typedTableDiffers(`table is missing column "${column.name}"`)
    if (found.name !== column.name) {
      throw typedTableDiffers(`table has column "${found.name}" where type requires "${column.name}"`)
    }
    if (found.type.oid !== column.type.oid || found.typmod !== column.typmod) {
      throw typedTableDiffers(`table "${relation.name}" has different type for column "${column.name}"`)
    }
  }
  const extra = own[wanted.length]
  if (extra !== undefined) throw typedTableDiffers(`table has extra column "${extra.name}"`)
  const kept = relation.depends.filter((d) => d.oid !== relation.ofType)
  const depends = [...kept, { oid: type.rowType, attnum: 0, kind: 'normal' as const }]
  context.catalog.put({ ...relation, ofType: type.rowType, depends })
}

/** Rows have no OIDs to lose. */
const accepted: Action = () => {}

interface ActionRecord {
  /** What messages call it. */
  readonly words: string
  /** Kinds of relations that it is for. */
  readonly kinds: string
  readonly act: Action
}

const action = (words: string, kinds: string, act: Action): ActionRecord => ({ words, kinds, act })

const partitionCommand = (command: AlterTableCmd) => bodyOf(command.def as Node, 'PartitionCmd') ?? {}

const parentOf = (command: AlterTableCmd): RangeVar => bodyOf(command.def as Node, 'RangeVar') as RangeVar

const ACTIONS: Readonly<Record<string, ActionRecord>> = {
  AT_AddColumn: action('ADD COLUMN', 'rpc', addColumn),
  AT_DropColumn: action('DROP COLUMN', 'rpc', dropColumn),
  AT_ColumnDefault: action('ALTER COLUMN ... SET DEFAULT', 'rpv', columnDefault),
  AT_SetNotNull: action('ALTER COLUMN ... SET NOT NULL', 'rp', setColumnNotNull),
  AT_DropNotNull: action('ALTER COLUMN ... DROP NOT NULL', 'rp', dropNotNull),
  AT_DropExpression: action('ALTER COLUMN ... DROP EXPRESSION', 'rp', dropExpression),
  AT_AddConstraint: action('ADD CONSTRAINT', 'rp', addTableConstraint),
  AT_AlterConstraint: action('ALTER CONSTRAINT', 'rp', alterConstraint),
  AT_DropConstraint: action('DROP CONSTRAINT', 'rp', dropConstraint),
  AT_ValidateConstraint: action('VALIDATE CONSTRAINT', 'rp', validateConstraint),
  AT_AlterColumnType: action('ALTER COLUMN ... SET DATA TYPE', 'rpc', setColumnType),
  AT_ChangeOwner: action('OWNER TO', 'rpvmSciI', changeOwner),
  AT_AddIdentity: action('ALTER COLUMN ... ADD IDENTITY', 'rpv', addIdentity),
  AT_SetIdentity: action('ALTER COLUMN ... SET', 'rpv', setIdentity),
  AT_DropIdentity: action('ALTER COLUMN ... DROP IDENTITY', 'rpv', dropIdentity),
  AT_AddInherit: action('INHERIT', 'rp', (context, relation, command) =>
    addParent(context, relation, parentOf(command)),
  ),
  AT_DropInherit: action('NO INHERIT', 'rp', (context, relation, command) =>
    removeParent(context, relation, parentOf(command)),
  ),
  AT_AttachPartition: action('ATTACH PARTITION', 'rpI', (context, relation, command) =>
    attachPartition(context, relation, partitionCommand(command)),
  ),
  AT_DetachPartition: action('DETACH PARTITION', 'rp', (context, relation, command) =>
    detachPartition(context, relation, partitionCommand(command)),
  ),
  AT_AddOf: action('OF', 'r', (context, relation, command) =>
    becomeTyped(context, relation, bodyOf(command.def as Node, 'TypeName') as TypeName),
  ),
  AT_DropOf: action('NOT OF', 'r', (context, relation) => {
    if (relation.ofType === undefined) throw wrongObjectType(`"${relation.name}" is not a typed table`)
    const { ofType, ...plain } = relation
    context.catalog.put({ ...plain, depends: relation.depends.filter((d) => d.oid !== ofType) })
  }),
  AT_EnableRowSecurity: action('ENABLE ROW SECURITY', 'rp', setRowSecurity('rowSecurity', true)),
  AT_DisableRowSecurity: action('DISABLE ROW SECURITY', 'rp', setRowSecurity('rowSecurity', false)),
  AT_ForceRowSecurity: action('FORCE ROW SECURITY', 'rp', setRowSecurity('rowSecurityForced', true)),
  AT_NoForceRowSecurity: action('NO FORCE ROW SECURITY', 'rp', setRowSecurity('rowSecurityForced', false)),
  AT_SetRelOptions: action('SET', 'rpvmiI', setOptions),
  AT_ResetRelOptions: action('RESET', 'rpvmiI', setOptions),
  AT_SetLogged: action('SET LOGGED', 'rS', setPersistence('p')),
  AT_SetUnLogged: action('SET UNLOGGED', 'rS', setPersistence('u')),
  AT_SetStatistics: action('ALTER COLUMN ... SET STATISTICS', 'rpmiI', setStatistics),
  AT_SetOptions: action('ALTER COLUMN ... SET', 'rpmi', setColumnOptions),
  AT_ResetOptions: action('ALTER COLUMN ... RESET', 'rpmi', setColumnOptions),
  AT_SetStorage: action('ALTER COLUMN ... SET STORAGE', 'rpm', setStorage),
  AT_SetCompression: action('ALTER COLUMN ... SET COMPRESSION', 'rpm', setCompression),
  AT_ClusterOn: action('CLUSTER ON', 'rpm', clusterOn),
  AT_DropCluster: action('SET WITHOUT CLUSTER', 'rpm', withoutCluster),
  AT_DropOids: action('SET WITHOUT OIDS', 'rp', accepted),
  AT_ReplicaIdentity: action('REPLICA IDENTITY', 'rpm', setReplicaIdentity),
}
