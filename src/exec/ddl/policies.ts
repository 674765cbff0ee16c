/** CREATE, ALTER and DROP POLICY, and row level security of tables. */
import { withoutPlace } from './without-place.ts'
import { requireOwner } from '../../catalog/privileges/check.ts'
import { namedRelation } from '../../analyze/from.ts'
import { policyDependencies } from '../../analyze/query-dependencies.ts'
import { CLAUSE } from '../../analyze/scope.ts'
import { bindColumns, bindRelations } from '../../analyze/stored-trees.ts'
import { storedCondition } from '../../analyze/table-expressions.ts'
import { tableItem } from '../../analyze/from.ts'
import type { Dependency, ParseTree, PolicyObject, RelationObject } from '../../catalog/objects.ts'
import { FIRST_NORMAL_OID } from '../../catalog/snapshot.ts'
import { notOfKind, systemCatalogProtected } from '../../errors/raise/definitions.ts'
import { noSuchPolicy, policyExists, wrongPolicyClause } from '../../errors/raise/privileges.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import {
  listItems,
  namesOf,
  type AlterPolicyStmt,
  type CreatePolicyStmt,
  type DropStmt,
  type Node,
  type RangeVar,
} from '../../sql/ast.ts'
import { PUBLIC } from '../../types/acl-item.ts'
import type { Action } from './alter-action.ts'
import { analysisFor, noticeOf, truncateName, type DefinitionContext } from './context.ts'
import { requireTableOwner } from './permissions.ts'
import { granteeOf, roleSpecs } from './role-names.ts'

/** The table of a policy, which only its owner gives one. */
const policyTable = (context: DefinitionContext, range: RangeVar): RelationObject => {
  const table = namedRelation({ catalog: context.catalog.snapshot, searchPath: context.searchPath }, range)
  requireTableOwner(context, table)
  if (table.oid < FIRST_NORMAL_OID) throw systemCatalogProtected(table.name)
  if (table.kind !== 'r' && table.kind !== 'p') throw notOfKind(table.name, 'table')
  return table
}

/** Roles of TO; everybody makes all others needless. */
const policyRoles = (context: DefinitionContext, nodes: readonly Node[]): number[] => {
  const roles = roleSpecs(nodes).map((spec) => granteeOf(context, spec))
  if (roles.length === 0) return [PUBLIC]
  if (!roles.includes(PUBLIC)) return roles
  if (roles.length > 1) {
    context.notice({
      severity: 'WARNING',
      code: SQL_STATE.invalid_parameter_value,
      message: 'ignoring specified roles other than PUBLIC',
      fields: { hint: 'All roles are members of the PUBLIC role.' },
    })
  }
  return [PUBLIC]
}

interface Bound {
  readonly tree: ParseTree | null
  readonly depends: readonly Dependency[]
}

/** What a condition that is kept depends on. */
const dependsOf = (context: DefinitionContext, table: RelationObject, tree: ParseTree | null): Dependency[] => {
  if (tree === null) return []
  const analysis = analysisFor(context)
  const item = tableItem(analysis, table)
  return policyDependencies(context.catalog.snapshot, storedCondition(analysis, item, tree, CLAUSE.policy), item)
}

/** A condition as it is kept, and what it depends on. */
const boundCondition = (context: DefinitionContext, table: RelationObject, node: Node | undefined): Bound => {
  if (node === undefined) return { tree: null, depends: [] }
  const tree = structuredClone(node) as unknown as ParseTree
  const analysis = analysisFor(context)
  const item = tableItem(analysis, table)
  const condition = withoutPlace(() => storedCondition(analysis, item, tree, CLAUSE.policy))
  bindRelations(tree, analysis.ranges)
  const depends = policyDependencies(context.catalog.snapshot, condition, item)
  return { tree: bindColumns(tree, table, 'SubLink'), depends }
}

const COMMANDS: ReadonlySet<string> = new Set(['all', 'select', 'insert', 'update', 'delete'])

export const createPolicy = (context: DefinitionContext, node: CreatePolicyStmt): void => {
  const command = (node.cmd_name ?? 'all') as PolicyObject['command']
  if (!COMMANDS.has(command)) throw wrongPolicyClause(`unrecognized row security option "${command}"`)
  if ((command === 'select' || command === 'delete') && node.with_check !== undefined) {
    throw wrongPolicyClause('WITH CHECK cannot be applied to SELECT or DELETE')
  }
  if (command === 'insert' && node.qual !== undefined) {
    throw wrongPolicyClause('only WITH CHECK expression allowed for INSERT')
  }
  const roles = policyRoles(context, node.roles ?? [])
  const table = policyTable(context, node.table as RangeVar)
  const using = boundCondition(context, table, node.qual)
  const withCheck = boundCondition(context, table, node.with_check)
  const name = truncateName(node.policy_name as string)
  refuseTwin(context, table, name)
  context.catalog.put({
    class: 'policy',
    oid: context.catalog.allocateOid(),
    name,
    owner: table.owner,
    comment: null,
    acl: null,
    depends: [{ oid: table.oid, attnum: 0, kind: 'auto' }, ...using.depends, ...withCheck.depends],
    table: table.oid,
    command,
    permissive: node.permissive === true,
    roles,
    using: using.tree,
    withCheck: withCheck.tree,
  })
}

const refuseTwin = ({ catalog }: DefinitionContext, { oid, name: table }: RelationObject, name: string): void => {
  if (catalog.snapshot.policiesOf(oid).some((policy) => policy.name === name)) throw policyExists(name, table)
}

const policyNamed = ({ catalog }: DefinitionContext, table: RelationObject, name: string): PolicyObject => {
  const found = catalog.snapshot.policiesOf(table.oid).find((policy) => policy.name === name)
  if (found === undefined) throw noSuchPolicy(name, table.name)
  return found
}

export const alterPolicy = (context: DefinitionContext, node: AlterPolicyStmt): void => {
  const roles = node.roles === undefined ? null : policyRoles(context, node.roles)
  const table = policyTable(context, node.table as RangeVar)
  const using = boundCondition(context, table, node.qual)
  const withCheck = boundCondition(context, table, node.with_check)
  const policy = policyNamed(context, table, node.policy_name as string)
  if ((policy.command === 'select' || policy.command === 'delete') && withCheck.tree !== null) {
    throw wrongPolicyClause('only USING expression allowed for SELECT, DELETE')
  }
  if (policy.command === 'insert' && using.tree !== null) {
    throw wrongPolicyClause('only WITH CHECK expression allowed for INSERT')
  }
  context.catalog.put({
    ...policy,
    roles: roles ?? policy.roles,
    using: using.tree ?? policy.using,
    withCheck: withCheck.tree ?? policy.withCheck,
    depends: [
      { oid: table.oid, attnum: 0, kind: 'auto' },
      ...(using.tree === null ? dependsOf(context, table, policy.using) : using.depends),
      ...(withCheck.tree === null ? dependsOf(context, table, policy.withCheck) : withCheck.depends),
    ],
  })
}

export const renamePolicy = (context: DefinitionContext, range: RangeVar, from: string, to: string): void => {
  const table = policyTable(context, range)
  refuseTwin(context, table, to)
  context.catalog.put({ ...policyNamed(context, table, from), name: to })
}

/** The policy that COMMENT names: a table's name and its own. */
export const policyOfNames = (context: DefinitionContext, names: readonly string[]): PolicyObject =>
  policyNamed(context, policyTable(context, rangeOf(names.slice(0, -1))), names.at(-1) as string)

const rangeOf = (names: readonly string[]): RangeVar => ({
  relname: names.at(-1) as string,
  ...(names.length > 1 ? { schemaname: names.at(-2) as string } : {}),
})

export const dropPolicies = (context: DefinitionContext, node: DropStmt): string => {
  for (const item of node.objects ?? []) {
    const names = namesOf(listItems(item))
    const table = tableToDropFrom(context, names.slice(0, -1), node.missing_ok === true)
    if (table === null) continue
    const name = names.at(-1) as string
    const found = context.catalog.snapshot.policiesOf(table.oid).find((policy) => policy.name === name)
    if (found !== undefined) {
      requireOwner(context.catalog.snapshot, context.owner, table, 'relation')
      context.catalog.remove(found.oid)
    } else if (!node.missing_ok) throw noSuchPolicy(name, table.name)
    else noticeOf(context, `policy "${name}" for relation "${table.name}" does not exist, skipping`)
  }
  return 'DROP POLICY'
}

const tableToDropFrom = (
  context: DefinitionContext,
  names: readonly string[],
  missingOk: boolean,
): RelationObject | null => {
  try {
    return namedRelation({ catalog: context.catalog.snapshot, searchPath: context.searchPath }, rangeOf(names))
  } catch (error) {
    if (!missingOk || !(error instanceof SqlError)) throw error
    noticeOf(context, `relation "${names.join('.')}" does not exist, skipping`)
    return null
  }
}

/** ENABLE and DISABLE, FORCE and NO FORCE ROW LEVEL SECURITY. */
export const setRowSecurity =
  (flag: 'rowSecurity' | 'rowSecurityForced', on: boolean): Action =>
  (context, relation) => {
    const { [flag]: _, ...rest } = relation
    context.catalog.put(on ? { ...rest, [flag]: true } : rest)
  }
